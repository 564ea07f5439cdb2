package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one command: all of them make one revision, numbered within it in the order in which they are made.
 * Apply thread only; nothing is kept unless the command succeeds as a whole.
 */
final class MvccWriter {
  private final Overlay rows;

  /** The revision that the command gets if it changes anything. */
  private final long newRevision;

  private final long compacted;
  private final List<Event> events = new ArrayList<>();

  MvccWriter(Overlay rows, long currentRevision, long compacted) {
    this.rows = rows;
    this.newRevision = currentRevision + 1;
    this.compacted = compacted;
  }

  /** The state with the changes so far. Old revisions stay readable beside it. */
  MvccReader reader() {
    return new MvccReader(rows, revision(), compacted);
  }

  /** The revision of the state with the changes so far. */
  long revision() {
    return events.isEmpty() ? newRevision - 1 : newRevision;
  }

  /** What was changed so far, in order; empty for no change and no new revision. */
  List<Event> events() {
    return events;
  }

  /**
   * Writes a key.
   *
   * @return the version that it replaced; null if the key didn't live
   */
  @Nullable KeyValue put(ByteString key, ByteString value, long lease) {
    VersionRow prev = reader().latest(key);
    Place place = nextPlace();
    VersionRow written =
        prev == null
            ? new VersionRow(place, newRevision, 1, lease, value)
            : new VersionRow(place, prev.create(), prev.version() + 1, lease, value);
    rows.put(Tables.latest(key), written.encode());
    LeaseTable.move(rows, key, prev == null ? 0 : prev.lease(), lease);
    return record(
        place, EventRow.put(key, prev == null ? Place.NONE : prev.place(), written), prev);
  }

  /**
   * Deletes a range in key order.
   *
   * @return the versions that were deleted
   */
  List<KeyValue> deleteRange(ByteString key, ByteString end) {
    List<ByteString> keys = new ArrayList<>();
    try (VersionCursor cursor = reader().latest(key, end, Direction.UP)) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    return deleteAll(keys);
  }

  /** Deletes those of the keys that live, in the order given. */
  List<KeyValue> deleteAll(List<ByteString> keys) {
    List<KeyValue> deleted = new ArrayList<>(keys.size());
    for (ByteString key : keys) {
      KeyValue prev = delete(key);
      if (prev != null) {
        deleted.add(prev);
      }
    }
    return deleted;
  }

  private @Nullable KeyValue delete(ByteString key) {
    VersionRow prev = reader().latest(key);
    if (prev == null) {
      return null;
    }
    rows.delete(Tables.latest(key));
    LeaseTable.move(rows, key, prev.lease(), 0);
    return record(nextPlace(), EventRow.delete(key, prev.place()), prev);
  }

  private Place nextPlace() {
    return new Place(newRevision, events.size());
  }

  private @Nullable KeyValue record(Place place, EventRow event, @Nullable VersionRow prev) {
    rows.put(Tables.log(place.revision(), place.sub()), event.encode());
    rows.put(Tables.index(event.key(), place.revision(), place.sub()), IndexRow.of(event).encode());
    Event.Builder built = event.toEvent(place.revision());
    KeyValue prevKv = prev == null ? null : prev.toKeyValue(event.key()).build();
    if (prevKv != null) {
      built.setPrevKv(prevKv);
    }
    events.add(built.build());
    return prevKv;
  }
}
