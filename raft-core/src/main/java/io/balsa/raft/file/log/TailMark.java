package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.DiskFile;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * How far the log was flushed, written after each flush and itself flushed at a clean stop only: it survives the process, and most of the
 * time the machine. It tells a last record that was torn from one that was acknowledged and damaged later. Two slots take
 * turns, so a torn mark leaves the one before.
 */
final class TailMark implements AutoCloseable {
  private static final int SLOT_BYTES = 32;

  private final Path path;
  private final DiskFile file;
  private final long storeId;
  private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES);
  private int turn;

  private TailMark(Path path, DiskFile file, long storeId) {
    this.path = path;
    this.file = file;
    this.storeId = storeId;
  }

  /** A point of the log: everything before it is durable. */
  record Point(long segment, long offset) {}

  static TailMark open(Disk disk, Path directory, long storeId) {
    Path path = directory.resolve("tail");
    try {
      return new TailMark(path, disk.open(path, Disk.Access.CREATE), storeId);
    } catch (IOException e) {
      throw new StorageException("can't open " + path + ": " + e, e);
    }
  }

  /** As {@link #read}, of a mark that isn't made where there is none. */
  static Point readIn(Disk disk, Path directory, long storeId) {
    Path path = directory.resolve("tail");
    try {
      if (!disk.exists(path)) {
        return new Point(0, 0);
      }
      try (DiskFile file = disk.open(path, Disk.Access.READ)) {
        return new TailMark(path, file, storeId).read();
      }
    } catch (IOException e) {
      throw new StorageException("can't read " + path + ": " + e, e);
    }
  }

  /** The later of the marks that can be read; the beginning of all if none can. */
  Point read() {
    Point latest = new Point(0, 0);
    for (int i = 0; i < 2; i++) {
      ByteBuffer found = ByteBuffer.allocate(SLOT_BYTES);
      try {
        file.readFully(found, (long) i * SLOT_BYTES);
      } catch (IOException e) {
        throw new StorageException("can't read " + path + ": " + e, e);
      }
      boolean intact =
          found.position() == SLOT_BYTES
              && found.getLong(0) == storeId
              && found.getInt(24) == checksum(found);
      Point point = new Point(found.getLong(8), found.getLong(16));
      boolean later =
          point.segment() > latest.segment()
              || (point.segment() == latest.segment() && point.offset() > latest.offset());
      if (intact && later) {
        latest = point;
        turn = i; // the next mark leaves this one alone
      }
    }
    return latest;
  }

  void write(long segment, long offset) {
    slot.clear();
    slot.putLong(storeId).putLong(segment).putLong(offset);
    slot.putInt(checksum(slot)).putInt(0).flip();
    turn = 1 - turn;
    try {
      file.writeFully(slot, (long) turn * SLOT_BYTES);
    } catch (IOException e) {
      throw new StorageException("can't write " + path + ": " + e, e);
    }
  }

  private static int checksum(ByteBuffer slot) {
    CRC32C crc = new CRC32C();
    crc.update(slot.duplicate().limit(24).position(0));
    return (int) crc.getValue();
  }

  /**
   * @param keep whether the last mark is to be durable; not after anything failed
   */
  void close(boolean keep) {
    try (file) {
      if (keep) {
        file.force();
      }
    } catch (IOException e) {
      throw new StorageException("can't close " + path + ": " + e, e);
    }
  }

  @Override
  public void close() {
    close(false);
  }
}
