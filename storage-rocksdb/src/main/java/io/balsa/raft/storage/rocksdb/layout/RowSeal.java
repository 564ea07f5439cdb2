package io.balsa.raft.storage.rocksdb.layout;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of every row. RocksDB has checksums of its own, on blocks and WAL records; this one
 * also finds a value that came to stand under another key, or was damaged on its way between our
 * memory and RocksDB's.
 */
final class RowSeal {
  /*
   *   0         4
   *   +---------+------------------+
   *   | CRC32C  | body             |     the CRC covers the row's key, then the body
   *   +---------+------------------+
   */
  static final int BYTES = 4;

  private RowSeal() {}

  /** Writes the checksum in front of the body that stands in {@code row} from {@link #BYTES} on. */
  static byte[] seal(byte[] key, byte[] row) {
    ByteBuffer.wrap(row).putInt(crc(key, row));
    return row;
  }

  /**
   * The body, to be read.
   *
   * @throws StorageException if this isn't what {@link #seal} made for this key
   */
  static ByteBuffer unseal(byte[] key, byte[] row) {
    if (row.length < BYTES || ByteBuffer.wrap(row).getInt() != crc(key, row)) {
      throw new DamageException(KeyLayout.describe(key) + " is damaged: its checksum is wrong");
    }
    return ByteBuffer.wrap(row, BYTES, row.length - BYTES);
  }

  private static int crc(byte[] key, byte[] row) {
    CRC32C crc = new CRC32C();
    crc.update(key);
    crc.update(row, BYTES, row.length - BYTES);
    return (int) crc.getValue();
  }
}
