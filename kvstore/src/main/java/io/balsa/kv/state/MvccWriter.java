package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one command: all of them make one revision, numbered within it in the order in which they are made.
 * Apply thread only; nothing is kept unless the command succeeds as a whole.
 */
final class MvccWriter {
  /** What an event costs on the heap beside its keys and values. */
  private static final long EVENT_OVERHEAD_BYTES = 256;

  private final Overlay rows;

  /** The revision that the command gets if it changes anything. */
  private final long newRevision;

  private final long compacted;
  private final long eventBytesMax;

  /** What was changed so far, in order; emptied for good when it grows too large. */
  private final List<Event> events = new ArrayList<>();

  /** Whether the events hold all that they replaced. */
  private boolean replacedAll = true;

  private long eventBytes;
  private int changes;

  /**
   * @param eventBytesMax how much the events may hold: a command may end any number of values of any
   *     size, and whoever wants to know of more than this finds them in history
   */
  MvccWriter(Overlay rows, long currentRevision, long compacted, long eventBytesMax) {
    this.rows = rows;
    this.eventBytesMax = eventBytesMax;
    this.newRevision = currentRevision + 1;
    this.compacted = compacted;
  }

  /** The state with the changes so far. Old revisions stay readable beside it. */
  MvccReader reader() {
    return new MvccReader(rows, revision(), compacted);
  }

  /** The revision of the state with the changes so far. */
  long revision() {
    return changes == 0 ? newRevision - 1 : newRevision;
  }

  /** Whether there is a new revision. */
  boolean hasChanged() {
    return changes > 0;
  }

  /** Whether there is anything to announce: not for no change, and not for too much of it. */
  boolean hasEvents() {
    return !events.isEmpty();
  }

  /** What was changed so far, in order. */
  RevisionEvents events() {
    return new RevisionEvents(newRevision, events, replacedAll);
  }

  /** What the events hold. */
  long eventBytes() {
    return events.isEmpty() ? 0 : eventBytes;
  }

  private boolean isAnnounced() {
    return eventBytes <= eventBytesMax;
  }

  /**
   * Writes a key.
   *
   * @return the version that it replaced; null if the key didn't live
   */
  @Nullable VersionRow put(ByteString key, ByteString value, long lease) {
    VersionRow prev = reader().latest(key);
    Place place = nextPlace();
    VersionRow written =
        prev == null
            ? VersionRow.of(place, newRevision, 1, lease, value)
            : VersionRow.of(place, prev.create(), prev.version() + 1, lease, value);
    rows.put(Tables.latest(key), written.encode());
    LeaseTable.move(rows, key, prev == null ? 0 : prev.lease(), lease);
    record(EventRow.put(key, prev == null ? Place.NONE : prev.place(), written, value), prev);
    return prev;
  }

  /**
   * Deletes a range in key order.
   *
   * @param ended takes the versions that were deleted; null if nobody asks for them
   * @return how many keys were deleted
   */
  long deleteRange(ByteString key, ByteString end, @Nullable Consumer<KeyValue> ended) {
    List<ByteString> keys = new ArrayList<>();
    try (VersionCursor cursor = reader().latest(key, end, Direction.UP)) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    return deleteAll(keys, ended);
  }

  /** Deletes those of the keys that live, in the order given; otherwise as {@link #deleteRange}. */
  long deleteAll(List<ByteString> keys, @Nullable Consumer<KeyValue> ended) {
    long deleted = 0;
    for (ByteString key : keys) {
      VersionRow prev = reader().latest(key);
      if (prev != null) {
        delete(key, prev);
        deleted++;
        if (ended != null) {
          ended.accept(prev.toKeyValue(key, rows));
        }
      }
    }
    return deleted;
  }

  private void delete(ByteString key, VersionRow prev) {
    rows.delete(Tables.latest(key));
    LeaseTable.move(rows, key, prev.lease(), 0);
    record(EventRow.delete(key, prev.place()), prev);
  }

  private Place nextPlace() {
    return new Place(newRevision, changes);
  }

  private void record(EventRow event, @Nullable VersionRow prev) {
    Place place = nextPlace();
    changes++;
    rows.put(Tables.log(place.revision(), place.sub()), event.encode());
    rows.put(Tables.index(event.key(), place.revision(), place.sub()), IndexRow.of(event).encode());
    if (isAnnounced()) {
      announce(event, prev);
    }
  }

  /**
   * Without a look at the store in all cases but that of a key that this command has changed before: a large value that was
   * replaced isn't read for those who perhaps ask for it.
   */
  private @Nullable KeyValue replaced(EventRow event, @Nullable VersionRow prev) {
    if (prev == null) {
      return null;
    }
    if (prev.place().revision() == newRevision) {
      return reader().replacedBy(event, newRevision);
    }
    if (prev.smallValue() == null) {
      replacedAll = false;
      return null;
    }
    return prev.toKeyValue(event.key(), rows);
  }

  private void announce(EventRow event, @Nullable VersionRow prev) {
    eventBytes += EVENT_OVERHEAD_BYTES + event.key().size() + event.value().size();
    Event.Builder built = event.toEvent(newRevision);
    KeyValue replaced = replaced(event, prev);
    if (replaced != null) {
      eventBytes += event.key().size() + replaced.getValue().size();
      built.setPrevKv(replaced);
    }
    if (isAnnounced()) {
      events.add(built.build());
    } else {
      events.clear();
    }
  }
}
