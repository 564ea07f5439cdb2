package io.balsa.kv.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A snapshot on its way into a file. It is written under another name, {@code FILE.part}; {@link #finish} compares it with
 * the hash at its end, flushes it and gives it its name. One thread.
 */
public final class SnapshotDownload implements AutoCloseable {
  private final Path file;
  private final Path part;
  private final FileChannel out;
  private final MessageDigest digest = SnapshotArchive.newSha256();

  /** The last bytes so far, which are the hash if nothing follows. */
  private byte[] tail = new byte[0];

  private long bytes;

  private SnapshotDownload(Path file) throws IOException {
    this.file = file;
    this.part = file.resolveSibling(file.getFileName() + ".part");
    this.out =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  public static SnapshotDownload to(Path file) throws IOException {
    return new SnapshotDownload(file.toAbsolutePath());
  }

  /** How many came so far, hash included. */
  public long bytes() {
    return bytes;
  }

  /** Appends a piece of any size. */
  public void write(ByteBuffer piece) throws IOException {
    byte[] both = Arrays.copyOf(tail, tail.length + piece.remaining());
    piece.duplicate().get(both, tail.length, piece.remaining());
    int kept = Math.min(SnapshotArchive.HASH_BYTES, both.length);
    digest.update(both, 0, both.length - kept);
    tail = Arrays.copyOfRange(both, both.length - kept, both.length);
    bytes += piece.remaining();
    while (piece.hasRemaining()) {
      out.write(piece);
    }
  }

  /**
   * Ends it; durable under its name on return.
   *
   * @throws SnapshotException if what came isn't what its hash says; the file's name is as it was
   */
  public void finish() throws IOException {
    if (bytes <= SnapshotArchive.HASH_BYTES || !MessageDigest.isEqual(digest.digest(), tail)) {
      throw new SnapshotException(
          file, "didn't arrive whole: its hash is wrong. Nothing was saved; try again");
    }
    out.force(true);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path parent = file.getParent();
    if (parent != null) {
      try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  /** Removes what was written unless it was finished. */
  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(part);
  }
}
