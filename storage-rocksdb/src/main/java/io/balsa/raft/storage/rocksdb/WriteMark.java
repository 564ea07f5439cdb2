package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Which write was acknowledged last: RocksDB's sequence number after it. Written after each flush and itself flushed at a clean stop only: it
 * survives the process, and most of the time the machine. It tells a last write that was torn from one that was acknowledged and damaged
 * later, which look the same in the write-ahead log. Two slots take turns, so a torn mark leaves the one before. One thread at
 * a time.
 */
final class WriteMark implements AutoCloseable {
  /*
   * A slot:   0             8            16
   *           +-------------+------------+------------+
   *           | "BALSAWRT"  | sequence 8 | CRC32C   4 |     the CRC covers what stands before it
   *           +-------------+------------+------------+
   */
  private static final long MAGIC = 0x42414c5341575254L;
  private static final int CRC_AT = 16;
  private static final int SLOT_BYTES = 20;

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES);
  private int turn;

  private WriteMark(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static WriteMark in(Path directory) {
    Path path = directory.resolve("MARK");
    try {
      return new WriteMark(
          path,
          FileChannel.open(
              path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
    } catch (IOException e) {
      throw new StorageException("can't open " + path + ": " + e, e);
    }
  }

  /** As {@link #check}, of a mark that isn't made where there is none. */
  static void checkIn(Path directory, long sequence) {
    Path path = directory.resolve("MARK");
    if (Files.notExists(path)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      new WriteMark(path, channel).check(sequence);
    } catch (IOException e) {
      throw new StorageException("can't read " + path + ": " + e, e);
    }
  }

  /**
   * @param sequence the newest of the database that was opened
   * @throws StorageException if a later one was acknowledged, or what stands there is no mark
   */
  void check(long sequence) {
    refuseForeign();
    long acknowledged = read();
    if (sequence < acknowledged) {
      throw new DamageException(
          "the log in "
              + path.getParent()
              + " ends at write "
              + sequence
              + ", but "
              + path
              + " says that write "
              + acknowledged
              + " was acknowledged: the end of its write-ahead log is damaged or missing. Remove this member and add it"
              + " anew, so that the others fill it; or restore the directory");
    }
  }

  /** Two slots, or less after a loss of power: what is longer is another file under this name, and nobody knows where the mark is. */
  private void refuseForeign() {
    try {
      if (channel.size() > 2 * SLOT_BYTES) {
        throw new DamageException(
            path
                + " is damaged: it holds "
                + channel.size()
                + " bytes, a mark of the last write at most "
                + 2 * SLOT_BYTES
                + ". Remove this member and add it anew, so that the others fill it; or restore the directory");
      }
    } catch (IOException e) {
      throw new StorageException("can't read " + path + ": " + e, e);
    }
  }

  private long read() {
    long latest = 0;
    for (int i = 0; i < 2; i++) {
      ByteBuffer found = ByteBuffer.allocate(SLOT_BYTES);
      try {
        while (found.hasRemaining()
            && channel.read(found, (long) i * SLOT_BYTES + found.position()) >= 0) {}
      } catch (IOException e) {
        throw new StorageException("can't read " + path + ": " + e, e);
      }
      boolean intact =
          found.position() == SLOT_BYTES
              && found.getLong(0) == MAGIC
              && found.getInt(CRC_AT) == checksum(found);
      if (intact && found.getLong(8) >= latest) {
        latest = found.getLong(8);
        turn = i; // the next mark leaves this one alone
      }
    }
    return latest;
  }

  void write(long sequence) {
    slot.clear();
    slot.putLong(MAGIC).putLong(sequence);
    slot.putInt(checksum(slot)).flip();
    turn = 1 - turn;
    try {
      while (slot.hasRemaining()) {
        channel.write(slot, (long) turn * SLOT_BYTES + slot.position());
      }
    } catch (IOException e) {
      throw new StorageException("can't write " + path + ": " + e, e);
    }
  }

  /** Makes the last mark durable: after a clean stop nothing but damage explains what is missing. */
  void keep() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new StorageException("can't flush " + path + ": " + e, e);
    }
  }

  private static int checksum(ByteBuffer slot) {
    CRC32C crc = new CRC32C();
    crc.update(slot.duplicate().limit(CRC_AT).position(0));
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StorageException("can't close " + path + ": " + e, e);
    }
  }
}
