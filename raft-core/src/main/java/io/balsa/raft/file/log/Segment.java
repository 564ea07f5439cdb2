package io.balsa.raft.file.log;

import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * One file of the log.
 *
 * <pre>
 *   0              8           12         16                  24                  32
 *   +--------------+-----------+----------+-------------------+-------------------+
 *   | "BALSALOG"   | version   | checksum | store's id        | segment's number  |  frames …
 *   +--------------+-----------+----------+-------------------+-------------------+
 * </pre>
 *
 * <p>Written by one thread, read by any; readers keep it open while they read, also when it is deleted meanwhile.
 */
final class Segment {
  static final int HEADER_BYTES = 32;
  static final int VERSION = 1;
  private static final long MAGIC = 0x42414c53414c4f47L; // "BALSALOG"

  private final Path path;
  private final FileChannel channel;
  private final long storeId;
  private final long number;

  /** The store's own use, and one for each read under way. Closed at 0. */
  private final AtomicInteger users = new AtomicInteger(1);

  private Segment(Path path, FileChannel channel, long storeId, long number) {
    this.path = path;
    this.channel = channel;
    this.storeId = storeId;
    this.number = number;
  }

  static Path pathOf(Path directory, long number) {
    return directory.resolve(String.format("%016x.log", number));
  }

  /** Takes the prepared file, writes the header into it; nothing is durable yet. */
  static Segment create(Path path, FileChannel channel, long storeId, long number) {
    Segment segment = new Segment(path, channel, storeId, number);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(storeId).putLong(number);
    header.putInt(12, headerChecksum(header));
    segment.write(header.flip(), 0);
    return segment;
  }

  /**
   * @throws StorageException if it can't be opened
   */
  static Segment open(Path path, long storeId, long number) {
    try {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new Segment(path, channel, storeId, number);
    } catch (IOException e) {
      throw new StorageException("can't open " + path + ": " + e, e);
    }
  }

  private static int headerChecksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().limit(12).position(0));
    crc.update(header.duplicate().limit(HEADER_BYTES).position(16));
    return (int) crc.getValue();
  }

  /** What the header says of the file. */
  enum HeaderVerdict {
    OURS,
    /** Not a byte of it was written. */
    BLANK,
    DAMAGED,
    OTHER_VERSION,
    /** Of another store, or of another place in this one. */
    MISPLACED
  }

  HeaderVerdict header() {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    read(header, 0);
    boolean blank = true;
    for (int i = 0; i < HEADER_BYTES; i++) {
      blank &= header.get(i) == 0;
    }
    if (blank) {
      return HeaderVerdict.BLANK;
    }
    if (header.position() < HEADER_BYTES
        || header.getLong(0) != MAGIC
        || header.getInt(12) != headerChecksum(header)) {
      return HeaderVerdict.DAMAGED;
    }
    if (header.getInt(8) != VERSION) {
      return HeaderVerdict.OTHER_VERSION;
    }
    return header.getLong(16) == storeId && header.getLong(24) == number
        ? HeaderVerdict.OURS
        : HeaderVerdict.MISPLACED;
  }

  Path path() {
    return path;
  }

  long number() {
    return number;
  }

  Frame.Place place(long offset) {
    return new Frame.Place(storeId, number, offset);
  }

  long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw new StorageException("can't tell the size of " + path + ": " + e, e);
    }
  }

  void write(ByteBuffer bytes, long offset) {
    try {
      long at = offset;
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw new StorageException("can't write " + path + " at " + offset + ": " + e, e);
    }
  }

  /** Fills the buffer from the offset, as far as the file goes. */
  void read(ByteBuffer into, long offset) {
    try {
      long at = offset;
      while (into.hasRemaining()) {
        int count = channel.read(into, at);
        if (count < 0) {
          return;
        }
        at += count;
      }
    } catch (IOException e) {
      throw new StorageException("can't read " + path + " at " + offset + ": " + e, e);
    }
  }

  /** Makes everything written durable. It is the store's last call if it throws: what an fsync lost stays lost (trap D4). */
  void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new StorageException("can't flush " + path + ": " + e, e);
    }
  }

  void retain() {
    users.incrementAndGet();
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new StorageException("can't close " + path + ": " + e, e);
      }
    }
  }

  void delete() {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new StorageException("can't delete " + path + ": " + e, e);
    }
    release();
  }
}
