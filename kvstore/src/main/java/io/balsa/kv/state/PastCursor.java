package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import org.jspecify.annotations.Nullable;

/**
 * The keys that lived at an old revision, upwards. In the index the versions of a key stand together, newest first: the
 * first that isn't too new decides about its key, and the others are passed over: after a few of them by a new seek, so
 * that a key with a long history costs no more than others. One thread.
 */
final class PastCursor implements VersionCursor {
  /** How many rows of a key are passed over before seeking: a step is cheaper than a seek, not by much more. */
  private static final int STEPS_MAX = 8;

  private final OrderedReader reader;
  private final byte[] toKey;
  private final long revision;
  private StoreCursor index;

  /** The row that was passed over last, and how many of its key were in a row. */
  private byte @Nullable [] passed;

  private int steps;

  /** The index row of the last key that was decided on. */
  private byte @Nullable [] decided;

  private @Nullable IndexRow current;

  PastCursor(OrderedReader reader, Span span, long revision) {
    this.reader = reader;
    this.toKey = span.toKey();
    this.index = reader.cursor(span.fromKey(), toKey, Direction.UP);
    this.revision = revision;
  }

  @Override
  public boolean next() {
    while (index.next()) {
      byte[] row = index.key();
      boolean isDecided = decided != null && Tables.isSameIndexKey(row, decided);
      if (isDecided || Tables.indexRevision(row) > revision) {
        pass(row, isDecided);
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

  private void pass(byte[] row, boolean isDecided) {
    boolean sameKey = passed != null && Tables.isSameIndexKey(row, passed);
    steps = sameKey ? steps + 1 : 1;
    passed = row;
    if (steps >= STEPS_MAX) {
      steps = 0;
      index.close();
      byte[] onwards = isDecided ? Tables.afterIndexKey(row) : Tables.indexFrom(row, revision);
      index = reader.cursor(onwards, toKey, Direction.UP);
    }
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
    return version().at(place).withoutValue(key()).build();
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
