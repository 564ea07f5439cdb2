package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.DiskFile;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * One file of the log.
 *
 * <pre>
 *   0              8           12         16                  24                  32                  40
 *   +--------------+-----------+----------+-------------------+-------------------+-------------------+
 *   | "BALSALOG"   | version   | checksum | store's id        | segment's number  | head's end        |  frames …
 *   +--------------+-----------+----------+-------------------+-------------------+-------------------+
 * </pre>
 *
 * <p>Through the head's end the file was durable before it had its name: what is broken there was damaged, not torn.
 *
 * <p>Written by one thread, read by any; readers keep it open while they read, also when it is deleted meanwhile.
 */
final class Segment {
  static final int HEADER_BYTES = 40;

  /** 2: a hard state also says what was forgotten. */
  static final int VERSION = 2;

  private static final long MAGIC = 0x42414c53414c4f47L; // "BALSALOG"

  private final Path path;
  private final DiskFile file;
  private final long storeId;
  private final long number;
  private long headEnd;

  /** The store's own use, and one for each read under way. Closed at 0. */
  private final AtomicInteger users = new AtomicInteger(1);

  private Segment(Path path, DiskFile file, long storeId, long number) {
    this.path = path;
    this.file = file;
    this.storeId = storeId;
    this.number = number;
  }

  static Path pathOf(Path directory, long number) {
    return directory.resolve(String.format("%016x.log", number));
  }

  /** Takes the prepared file. Nothing is written yet. */
  static Segment create(Path path, DiskFile file, long storeId, long number) {
    return new Segment(path, file, storeId, number);
  }

  /** Writes the header, when the head's frames are there. Nothing is durable yet. */
  void writeHeader(long newHeadEnd) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(storeId).putLong(number);
    header.putLong(newHeadEnd);
    header.putInt(12, headerChecksum(header));
    write(header.flip(), 0);
    headEnd = newHeadEnd;
  }

  /** Where the head ends, known once the header was written, or read and found to be {@link HeaderVerdict#OURS}. */
  long headEnd() {
    return headEnd;
  }

  /**
   * @throws StorageException if it can't be opened
   */
  static Segment open(Disk disk, Path path, long storeId, long number) {
    try {
      DiskFile file = disk.open(path, Disk.Access.WRITE);
      return new Segment(path, file, storeId, number);
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
    OLDER_VERSION,
    NEWER_VERSION,
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
      return header.getInt(8) < VERSION ? HeaderVerdict.OLDER_VERSION : HeaderVerdict.NEWER_VERSION;
    }
    if (header.getLong(16) != storeId || header.getLong(24) != number) {
      return HeaderVerdict.MISPLACED;
    }
    headEnd = header.getLong(32);
    return HeaderVerdict.OURS;
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
      return file.size();
    } catch (IOException e) {
      throw new StorageException("can't tell the size of " + path + ": " + e, e);
    }
  }

  void write(ByteBuffer bytes, long offset) {
    try {
      file.writeFully(bytes, offset);
    } catch (IOException e) {
      throw new StorageException("can't write " + path + " at " + offset + ": " + e, e);
    }
  }

  /** Fills the buffer from the offset, as far as the file goes. */
  void read(ByteBuffer into, long offset) {
    try {
      file.readFully(into, offset);
    } catch (IOException e) {
      throw new StorageException("can't read " + path + " at " + offset + ": " + e, e);
    }
  }

  /** Makes everything written durable. It is the store's last call if it throws: what an fsync lost stays lost (trap D4). */
  void force() {
    try {
      file.force();
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
        file.close();
      } catch (IOException e) {
        throw new StorageException("can't close " + path + ": " + e, e);
      }
    }
  }

  void delete(Disk disk) {
    try {
      disk.delete(path);
    } catch (IOException e) {
      throw new StorageException("can't delete " + path + ": " + e, e);
    }
    release();
  }
}
