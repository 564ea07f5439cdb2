package io.balsa.raft.file;

import io.balsa.raft.file.SnapshotLayout.Header;
import io.balsa.raft.file.SnapshotLayout.Trailer;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.SnapshotStore;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in a directory of their own: one file per group, and one more while a snapshot is in
 * the making.
 *
 * <p>Any thread, but never two for the same group at once, and none of them interrupted (see the
 * package). What can't be read or written, and what is damaged, is a {@link StorageException} that
 * names the file.
 */
public final class FileSnapshotStore implements SnapshotStore {
  /*
   * A directory:
   *
   *   LOCK               locked while a store is open
   *   0.snapshot         the committed snapshot of group 0
   *   0.snapshot.tmp     its next one, in the making; removed when the store is opened
   *
   * Commit: write 0.snapshot.tmp, fsync it, rename it to 0.snapshot, fsync the directory. The
   * rename replaces the older snapshot in one step, so that a crash at any point leaves either the
   * older or the newer one, whole, under the one name that is ever looked at. Whoever still reads
   * the older one keeps it: its file lives on until it is closed.
   *
   * Without the first fsync, the new name could come to stand for a file whose bytes were lost;
   * without the second, the log might be compacted while the new name isn't durable yet (traps D1,
   * S4).
   */
  private static final String SUFFIX = ".snapshot";
  private static final String UNFINISHED_SUFFIX = SUFFIX + ".tmp";

  private final Path directory;
  private final FileChannel lockFile;
  private final Map<GroupId, FileWriter> unfinished = new ConcurrentHashMap<>();

  private FileSnapshotStore(Path directory, FileChannel lockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
  }

  /**
   * Opens the store in this directory, which is created if need be. Leftovers of unfinished
   * snapshots are removed.
   *
   * @throws StorageException if the directory can't be used, or another process uses it
   */
  public static FileSnapshotStore at(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel lockFile = lock(directory);
      try {
        removeUnfinished(directory);
        return new FileSnapshotStore(directory, lockFile);
      } catch (IOException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("can't open the snapshots in " + directory + ": " + e, e);
    }
  }

  @Override
  public Optional<SnapshotMeta> latest(GroupId group) {
    Path file = committedFile(group);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (DataInputStream in = stream(file)) {
      Header header = readHeader(file, group, in);
      checkWhole(file, header);
      return Optional.of(header.meta());
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public Writer create(GroupId group, SnapshotMeta meta) {
    FileWriter writer = new FileWriter(group, meta);
    FileWriter earlier = unfinished.put(group, writer);
    if (earlier != null) {
      earlier.discard();
    }
    writer.begin();
    return writer;
  }

  @Override
  public InputStream open(GroupId group, SnapshotMeta meta) {
    Path file = committedFile(group);
    if (!Files.exists(file)) {
      throw new StorageException(group + " has no snapshot in " + directory);
    }
    try {
      DataInputStream in = stream(file);
      try {
        Header header = readHeader(file, group, in);
        if (!header.meta().equals(meta)) {
          throw new StorageException(
              file + " is through " + header.meta().last() + ", not " + meta.last());
        }
        return new SnapshotInput(file, in, header);
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() {
    unfinished.values().forEach(FileWriter::close);
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new StorageException("can't unlock " + directory + ": " + e.getMessage(), e);
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    Path path = directory.resolve("LOCK");
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock(); // Released when the channel is closed.
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new StorageException(directory + " is in use by this process already", e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new StorageException(directory + " is in use by another process");
  }

  private static void removeUnfinished(Path directory) throws IOException {
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(directory, "*" + UNFINISHED_SUFFIX)) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
  }

  private Path committedFile(GroupId group) {
    return directory.resolve(group.value() + SUFFIX);
  }

  private Path unfinishedFile(GroupId group) {
    return directory.resolve(group.value() + UNFINISHED_SUFFIX);
  }

  private static DataInputStream stream(Path file) throws IOException {
    return new DataInputStream(
        new BufferedInputStream(
            new FileInputStream(file.toFile()), SnapshotLayout.CHUNK_BYTES_MAX));
  }

  private static Header readHeader(Path file, GroupId group, DataInputStream in)
      throws IOException {
    Header header = SnapshotLayout.readHeader(in);
    if (!header.group().equals(group)) {
      throw new StorageException(file + " is a snapshot of " + header.group() + ", not " + group);
    }
    return header;
  }

  /** A file that was cut is found here already, not only when it has been half restored. */
  private static void checkWhole(Path file, Header header) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long trailerAt = in.length() - SnapshotLayout.TRAILER_BYTES;
      if (trailerAt < header.sizeBytes()) {
        throw new IOException("ends before its trailer");
      }
      in.seek(trailerAt + 4);
      byte[] encoded = new byte[SnapshotLayout.TRAILER_BYTES - 4];
      in.readFully(encoded);
      Trailer trailer = SnapshotLayout.decodeTrailer(header.crc(), encoded);
      if (trailer.fileSize(header) != in.length()) {
        throw new IOException("holds " + in.length() + " bytes, which its trailer denies");
      }
    }
  }

  private static StorageException failed(Path file, IOException cause) {
    return new StorageException(file + " " + cause.getMessage(), cause);
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * A snapshot in the making. Its output is there from {@link #begin} until it is committed or
   * discarded.
   */
  private final class FileWriter implements Writer {
    private final GroupId group;
    private final SnapshotMeta meta;
    private @Nullable SnapshotOutput output;
    private long size;

    private FileWriter(GroupId group, SnapshotMeta meta) {
      this.group = group;
      this.meta = meta;
    }

    private void begin() {
      try {
        output = new SnapshotOutput(unfinishedFile(group), group, meta);
      } catch (IOException e) {
        throw failed(unfinishedFile(group), e);
      }
    }

    @Override
    public void write(Bytes chunk) {
      try {
        output().write(chunk);
        size += chunk.size();
      } catch (IOException e) {
        throw failed(unfinishedFile(group), e);
      }
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void commit() {
      Path file = unfinishedFile(group);
      try (SnapshotOutput finished = output()) {
        finished.finish();
        Files.move(file, committedFile(group), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
      } catch (IOException e) {
        throw failed(file, e);
      }
      output = null;
      unfinished.remove(group, this);
    }

    @Override
    public void close() {
      if (output == null) {
        return;
      }
      discard();
      unfinished.remove(group, this);
      try {
        Files.deleteIfExists(unfinishedFile(group));
      } catch (IOException e) {
        throw failed(unfinishedFile(group), e);
      }
    }

    /** Lets go of the file, which a later writer is about to overwrite. */
    private void discard() {
      SnapshotOutput discarded = output;
      output = null;
      if (discarded != null) {
        try {
          discarded.close();
        } catch (IOException e) {
          throw failed(unfinishedFile(group), e);
        }
      }
    }

    private SnapshotOutput output() {
      SnapshotOutput current = output;
      if (current == null) {
        throw new InvariantViolation(
            group + ": the snapshot through " + meta.last() + " was committed or discarded");
      }
      return current;
    }
  }
}
