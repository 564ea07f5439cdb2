package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.StoreCursor;

/** The keys that live now: one sequential walk, every row is a hit, and a look into history for a large value. One thread. */
final class LatestCursor implements VersionCursor {
  private final OrderedReader reader;
  private final StoreCursor rows;

  /**
   * @param reader what the rows are of
   */
  LatestCursor(OrderedReader reader, StoreCursor rows) {
    this.reader = reader;
    this.rows = rows;
  }

  @Override
  public boolean next() {
    return rows.next();
  }

  @Override
  public KeyValue read() {
    return VersionRow.decode(rows.value()).toKeyValue(key(), reader);
  }

  @Override
  public KeyValue readWithoutValue() {
    return VersionRow.decode(rows.valueStart(VersionRow.HEADER_BYTES)).withoutValue(key()).build();
  }

  @Override
  public ByteString key() {
    byte[] row = rows.key();
    int offset = Tables.latestKeyOffset();
    return UnsafeByteOperations.unsafeWrap(row, offset, row.length - offset);
  }

  @Override
  public void close() {
    rows.close();
  }
}
