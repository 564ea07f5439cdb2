package io.balsa.raft.storage.rocksdb.layout;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;

/** The value of an entry's row. */
public final class EntryCodec {
  /*
   *   0         4               12      13
   *   +---------+---------------+-------+-------------------+
   *   | CRC32C  | term        8 | kind 1| payload           |
   *   +---------+---------------+-------+-------------------+
   *
   * The CRC covers the key too (see RowSeal), and so binds the payload to group, index, term and
   * kind.
   */
  private static final int HEADER_BYTES = RowSeal.BYTES + 9;

  private EntryCodec() {}

  public static byte[] encode(byte[] key, Entry entry) {
    byte[] row = new byte[HEADER_BYTES + entry.payload().size()];
    ByteBuffer out = ByteBuffer.wrap(row).position(RowSeal.BYTES);
    out.putLong(entry.term()).put((byte) entry.kind().code());
    entry.payload().copyTo(row, HEADER_BYTES);
    return RowSeal.seal(key, row);
  }

  /**
   * @throws StorageException if the value isn't whole, or another key's
   */
  public static Entry decode(byte[] key, byte[] value) {
    ByteBuffer body = RowSeal.unseal(key, value);
    try {
      EntryId id = new EntryId(body.getLong(), KeyLayout.indexOf(key));
      EntryKind kind = EntryKind.ofCode(body.get());
      return new Entry(id, kind, Bytes.wrap(value, HEADER_BYTES, value.length - HEADER_BYTES));
    } catch (RuntimeException e) {
      throw new DamageException(KeyLayout.describe(key) + " makes no sense: " + e.getMessage(), e);
    }
  }
}
