package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A file of records as RocksDB writes them: its write-ahead log, or its list of files (MANIFEST). Read whole. One thread.
 */
final class RecordFile {
  /*
   * A file is a row of blocks of 32 KiB; a record lies within one block; a larger write is
   * several records.
   *
   *   0            4         6       7
   *   +------------+---------+-------+------------------+
   *   | checksum 4 | size  2 | type 1| payload          |     little-endian; the checksum covers type and payload
   *   +------------+---------+-------+------------------+
   *
   * The format is described in RocksDB's wiki ("Write Ahead Log File Format"). Types 1 to 4 are
   * those that are written while files aren't recycled and not compressed; both are switched off in
   * Database.
   */
  private static final int BLOCK_BYTES = 32 * 1024;
  private static final int HEADER_BYTES = 7;
  private static final int TYPE_AT = 6;
  private static final int CRC_MASK_DELTA = 0xa282ead8;
  private static final int TYPE_MAX = 4;

  private final Path file;
  private final ByteBuffer bytes;

  RecordFile(Path file) throws IOException {
    this.file = file;
    this.bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  String name() {
    return file.getFileName().toString();
  }

  int size() {
    return bytes.limit();
  }

  /** Where the first record begins that isn't whole; empty if all are. */
  Optional<Integer> firstBroken() {
    int at = 0;
    while (at < bytes.limit()) {
      int left = Math.min(bytes.limit(), blockEnd(at)) - at;
      if (left < HEADER_BYTES && at + left == blockEnd(at)) {
        at += left; // The padding at the end of a block.
      } else if (isWhole(at)) {
        at += HEADER_BYTES + payloadBytes(at);
      } else {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  boolean isWhole(int at) {
    int end = Math.min(bytes.limit(), blockEnd(at));
    if (at + HEADER_BYTES > end || at + HEADER_BYTES + payloadBytes(at) > end) {
      return false;
    }
    int type = bytes.get(at + TYPE_AT);
    if (type < 1 || type > TYPE_MAX) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), at + TYPE_AT, 1 + payloadBytes(at));
    int value = (int) crc.getValue();
    return bytes.getInt(at) == ((value >>> 15) | (value << 17)) + CRC_MASK_DELTA;
  }

  /** Whether a broken record may be a write that was torn: what there is of its header names a type, or nothing yet. */
  boolean mayBeTorn(int at) {
    return at + TYPE_AT >= bytes.limit()
        || (bytes.get(at + TYPE_AT) >= 0 && bytes.get(at + TYPE_AT) <= TYPE_MAX);
  }

  private int payloadBytes(int at) {
    return Short.toUnsignedInt(bytes.getShort(at + 4));
  }

  private static int blockEnd(int at) {
    return (at / BLOCK_BYTES + 1) * BLOCK_BYTES;
  }

  StorageException damaged(int broken, String why) {
    return new DamageException(
        file + " is damaged: the record at offset " + broken + " is broken, " + why);
  }
}
