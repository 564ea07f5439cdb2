package io.balsa.kv.backup;

import io.balsa.kv.backup.SnapshotFile.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A saved snapshot that was read once and is whole: the archive of {@link SnapshotFile}, and its hash behind it. Reads in
 * pieces, whatever its size. One thread.
 */
public final class SnapshotArchive implements AutoCloseable {
  static final int HASH_BYTES = 32;
  private static final int PIECE_BYTES = 256 * 1024;
  private static final int ABOUT_BYTES_MAX = 64 * 1024;
  private static final Pattern DATABASE_FILE = Pattern.compile("db/[A-Za-z0-9][A-Za-z0-9._-]*");

  private final Path file;
  private final FileChannel channel;
  private final byte[] hash;
  private final Origin origin;
  private final List<Item> database;

  /** A file of the archive: where its bytes begin, and how many there are. */
  record Item(String name, long offset, long bytes) {}

  private SnapshotArchive(
      Path file, FileChannel channel, byte[] hash, Origin origin, List<Item> database) {
    this.file = file;
    this.channel = channel;
    this.hash = hash;
    this.origin = origin;
    this.database = database;
  }

  /**
   * Reads the file from end to end and compares it with its hash.
   *
   * @throws SnapshotException if it isn't a snapshot, is damaged or cut off: the message names the file and the offset
   * @throws IOException if it can't be read
   */
  public static SnapshotArchive open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      long archiveBytes = channel.size() - HASH_BYTES;
      if (archiveBytes <= 0 || archiveBytes % TarHeader.BLOCK_BYTES != 0) {
        throw SnapshotDamage.ofLength(file, channel);
      }
      byte[] hash = read(channel, archiveBytes, HASH_BYTES);
      if (!MessageDigest.isEqual(hash, sha256(channel, archiveBytes))) {
        throw SnapshotDamage.find(file, channel, archiveBytes);
      }
      return whole(file, channel, hash, archiveBytes);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static SnapshotArchive whole(
      Path file, FileChannel channel, byte[] hash, long archiveBytes) throws IOException {
    TarWalk walk = new TarWalk(channel, archiveBytes);
    List<Item> items = new ArrayList<>();
    try {
      for (Item item = walk.next(); item != TarWalk.END; item = walk.next()) {
        items.add(item);
      }
    } catch (IllegalArgumentException e) {
      throw notOurs(file, "at offset " + walk.offset() + " " + e.getMessage());
    }
    if (items.isEmpty() || !items.get(0).name().equals(SnapshotFile.ABOUT)) {
      throw notOurs(file, "its first file isn't " + SnapshotFile.ABOUT);
    }
    Item about = items.remove(0);
    if (about.bytes() > ABOUT_BYTES_MAX) {
      throw notOurs(file, "its first file has " + about.bytes() + " bytes");
    }
    items.removeIf(item -> item.name().equals(SnapshotFile.CHECKSUMS));
    for (Item item : items) {
      if (!DATABASE_FILE.matcher(item.name()).matches()) {
        throw notOurs(file, "it holds the unknown file '" + item.name() + "'");
      }
    }
    return new SnapshotArchive(file, channel, hash, origin(file, channel, about), items);
  }

  private static Origin origin(Path file, FileChannel channel, Item about) throws IOException {
    byte[] text = read(channel, about.offset(), (int) about.bytes());
    try {
      return Origin.parse(new String(text, StandardCharsets.UTF_8));
    } catch (NumberFormatException e) {
      throw notOurs(file, SnapshotFile.ABOUT + " names no cluster or member");
    } catch (IllegalArgumentException e) {
      throw new SnapshotException(file, e.getMessage() + ": use a newer version");
    }
  }

  private static SnapshotException notOurs(Path file, String why) {
    return new SnapshotException(file, "is whole, but no snapshot of Balsa: " + why);
  }

  /** Where it comes from. */
  public Origin origin() {
    return origin;
  }

  /** The hash at its end, in hexadecimal. */
  public String hash() {
    return HexFormat.of().formatHex(hash);
  }

  /** Bytes of the file. */
  public long bytes() throws IOException {
    return channel.size();
  }

  /** Bytes of the database in it. */
  public long databaseBytes() {
    return database.stream().mapToLong(Item::bytes).sum();
  }

  /**
   * Writes the files of the database into a directory, durably. What is written is compared with the hash once more: a disk
   * may not give the same bytes twice.
   *
   * @throws SnapshotException if the file isn't any more what it was when it was opened
   */
  public void extractDatabase(Path directory) throws IOException {
    for (Item item : database) {
      Path target = directory.resolve(item.name().substring(SnapshotFile.DIRECTORY.length()));
      try (FileChannel out =
          FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        copy(item, out);
        out.force(true);
      }
    }
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
    if (!Arrays.equals(hash, sha256(channel, channel.size() - HASH_BYTES))) {
      throw SnapshotDamage.find(file, channel, channel.size() - HASH_BYTES);
    }
  }

  private void copy(Item item, FileChannel out) throws IOException {
    long copied = 0;
    while (copied < item.bytes()) {
      long now = channel.transferTo(item.offset() + copied, item.bytes() - copied, out);
      if (now <= 0) {
        throw new SnapshotException(file, "became shorter while it was read");
      }
      copied += now;
    }
  }

  static byte[] read(FileChannel channel, long offset, int bytes) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(bytes);
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position()) < 0) {
        throw new IOException("the file ends at " + (offset + into.position()));
      }
    }
    return into.array();
  }

  private static byte[] sha256(FileChannel channel, long bytes) throws IOException {
    MessageDigest digest = newSha256();
    for (long at = 0; at < bytes; at += PIECE_BYTES) {
      digest.update(read(channel, at, (int) Math.min(PIECE_BYTES, bytes - at)));
    }
    return digest.digest();
  }

  /** What the hash behind an archive is made with. */
  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
