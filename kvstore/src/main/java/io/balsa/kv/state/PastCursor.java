package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.StoreCursor;
import org.jspecify.annotations.Nullable;

/**
 * The keys that lived at an old revision, upwards. In the index the versions of a key stand together, newest first: the
 * first that isn't too new decides about its key, and the others are passed over. One thread.
 */
final class PastCursor implements VersionCursor {
  private final OrderedReader reader;
  private final StoreCursor index;
  private final long revision;

  /** The index row of the last key that was decided on. */
  private byte @Nullable [] decided;

  private @Nullable IndexRow current;

  PastCursor(OrderedReader reader, StoreCursor index, long revision) {
    this.reader = reader;
    this.index = index;
    this.revision = revision;
  }

  @Override
  public boolean next() {
    while (index.next()) {
      byte[] row = index.key();
      if (Tables.indexRevision(row) > revision || isOfDecidedKey(row)) {
        continue;
      }
      decided = row;
      current = IndexRow.decode(index.value());
      if (!current.delete()) {
        return true;
      }
    }
    current = null;
    return false;
  }

  private boolean isOfDecidedKey(byte[] row) {
    return decided != null && Tables.isSameIndexKey(row, decided);
  }

  @Override
  public ByteString key() {
    return Tables.indexKey(standingOn());
  }

  @Override
  public KeyValue read() {
    byte[] row = standingOn();
    long mod = Tables.indexRevision(row);
    Place place = new Place(mod, Tables.indexSub(row));
    return EventRow.find(reader, place).toKeyValue(mod);
  }

  @Override
  public KeyValue readWithoutValue() {
    byte[] row = standingOn();
    Place place = new Place(Tables.indexRevision(row), Tables.indexSub(row));
    return version().at(place).toKeyValue(key()).build();
  }

  private byte[] standingOn() {
    if (decided == null) {
      throw new IllegalStateException("the cursor stands on no key");
    }
    return decided;
  }

  private IndexRow version() {
    if (current == null) {
      throw new IllegalStateException("the cursor stands on no key");
    }
    return current;
  }

  @Override
  public void close() {
    index.close();
  }
}
