package io.balsa.kv.state.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Writes as RocksDB's own batch format, built on the heap, so that a batch of any size crosses into native code once
 * instead of once per row.
 *
 * <pre>
 * +----------------+-----------+-----------------------------------------------------------------------
 * | sequence (8)   | count (4) | row: 0x05, column, size, key, size, value | 0x04, column, size, key ...
 * +----------------+-----------+-----------------------------------------------------------------------
 *   0, little endian             columns and sizes as varints
 * </pre>
 */
final class SerializedBatch {
  private static final int HEADER_BYTES = 12;
  private static final byte DELETION = 4;
  private static final byte VALUE = 5;
  private static final int VARINT_BYTES_MAX = 5;

  /** What is larger is written row by row: an array ends at 2 GiB, an entry's effects don't. */
  private static final long BYTES_MAX = 256 << 20;

  private SerializedBatch() {}

  static boolean isTooLarge(StoreWrites writes) {
    return sizeBytes(writes) > BYTES_MAX;
  }

  static byte[] of(StoreWrites writes, RocksColumns columns) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(sizeBytes(writes))).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0).putInt(writes.all().size());
    for (Map.Entry<byte[], byte[]> row : writes.all().entrySet()) {
      boolean deletion = StoreWrites.isDeletion(row.getValue());
      out.put(deletion ? DELETION : VALUE);
      putVarint(out, columns.idOf(row.getKey()));
      putSized(out, row.getKey());
      if (!deletion) {
        putSized(out, row.getValue());
      }
    }
    byte[] batch = new byte[out.position()];
    out.flip().get(batch);
    return batch;
  }

  private static long sizeBytes(StoreWrites writes) {
    long size = HEADER_BYTES;
    for (Map.Entry<byte[], byte[]> row : writes.all().entrySet()) {
      size += 1 + 3 * VARINT_BYTES_MAX + row.getKey().length + (long) row.getValue().length;
    }
    return size;
  }

  private static void putSized(ByteBuffer out, byte[] bytes) {
    putVarint(out, bytes.length);
    out.put(bytes);
  }

  private static void putVarint(ByteBuffer out, int number) {
    int left = number;
    while (left > 0x7f) {
      out.put((byte) (left | 0x80));
      left >>>= 7;
    }
    out.put((byte) left);
  }
}
