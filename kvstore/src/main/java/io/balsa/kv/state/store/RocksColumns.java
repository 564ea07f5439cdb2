package io.balsa.kv.state.store;

import java.util.Arrays;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;

/**
 * Which rows lie in which column family of a database: those of the table whose keys only grow in one, all others in the
 * other. Immutable; closed by who closes the database, before it.
 */
final class RocksColumns implements AutoCloseable {
  private final ColumnFamilyHandle mixed;
  private final ColumnFamilyHandle growing;
  private final int mixedId;
  private final int growingId;
  private final byte table;
  private final byte[] tableStart;
  private final byte[] tableEnd;

  /**
   * @param table the first byte of the keys that only grow
   */
  RocksColumns(ColumnFamilyHandle mixed, ColumnFamilyHandle growing, byte table) {
    this.mixed = mixed;
    this.growing = growing;
    this.mixedId = mixed.getID();
    this.growingId = growing.getID();
    this.table = table;
    this.tableStart = new byte[] {table};
    this.tableEnd = new byte[] {(byte) (table + 1)};
  }

  /** A stretch of rows that lies in one column: from {@code fromKey} (inclusive) to {@code toKey} (exclusive). */
  record Part(ColumnFamilyHandle column, byte[] fromKey, byte[] toKey) {
    private boolean isEmpty() {
      return Arrays.compareUnsigned(fromKey, toKey) >= 0;
    }
  }

  private boolean isGrowing(byte[] key) {
    return key.length > 0 && key[0] == table;
  }

  /** Where a row lies. */
  ColumnFamilyHandle of(byte[] key) {
    return isGrowing(key) ? growing : mixed;
  }

  /** The number of the column where a row lies, as batches name it. */
  int idOf(byte[] key) {
    return isGrowing(key) ? growingId : mixedId;
  }

  List<ColumnFamilyHandle> all() {
    return List.of(mixed, growing);
  }

  /** A stretch as the parts of it that lie in one column each, in the order of the keys; most often it is one. */
  List<Part> parts(byte[] fromKey, byte[] toKey) {
    return List.of(
            new Part(mixed, fromKey, smaller(toKey, tableStart)),
            new Part(growing, larger(fromKey, tableStart), smaller(toKey, tableEnd)),
            new Part(mixed, larger(fromKey, tableEnd), toKey))
        .stream()
        .filter(part -> !part.isEmpty())
        .toList();
  }

  private static byte[] smaller(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other) <= 0 ? one : other;
  }

  private static byte[] larger(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other) >= 0 ? one : other;
  }

  @Override
  public void close() {
    mixed.close();
    growing.close();
  }
}
