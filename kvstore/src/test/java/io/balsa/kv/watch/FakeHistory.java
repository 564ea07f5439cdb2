package io.balsa.kv.watch;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.HistoryBatch;
import io.balsa.kv.state.HistoryCompactedException;
import io.balsa.kv.state.RevisionEvents;
import io.balsa.raft.model.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store with nothing but a history, for tests that need to say exactly what is in it. Guarded by
 * itself.
 */
final class FakeHistory implements EventSource {
  /** That a value larger than this was replaced is announced without it. */
  static final int LARGE_BYTES = 256;

  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<String, KeyValue> latest = new TreeMap<>();
  private long compacted = -1;
  private int reads;
  private @Nullable RuntimeException broken;

  /**
   * One revision: puts where there is a value, deletes where there is none. Deletes of nothing
   * leave no trace.
   */
  synchronized RevisionEvents write(Map<String, Optional<String>> changes) {
    long revision = currentRevision() + 1;
    List<Event> events = new ArrayList<>();
    new LinkedHashMap<>(changes)
        .forEach((key, value) -> events.add(event(revision, key, value.orElse(null))));
    events.removeIf(Event.getDefaultInstance()::equals);
    if (events.isEmpty()) {
      events.add(event(revision, changes.keySet().iterator().next(), "instead"));
    }
    RevisionEvents written = new RevisionEvents(revision, events, true);
    revisions.add(written);
    return told(written);
  }

  /** As a state announces it: without the large values that were replaced. */
  private static RevisionEvents told(RevisionEvents whole) {
    List<Event> events =
        whole.events().stream()
            .map(event -> isLarge(event) ? event.toBuilder().clearPrevKv().build() : event)
            .toList();
    return new RevisionEvents(whole.revision(), events, events.equals(whole.events()));
  }

  private static boolean isLarge(Event event) {
    return event.getPrevKv().getValue().size() > LARGE_BYTES;
  }

  RevisionEvents put(String key, String value) {
    return write(Map.of(key, Optional.of(value)));
  }

  private Event event(long revision, String key, @Nullable String value) {
    KeyValue prev = latest.get(key);
    Event.Builder event = Event.newBuilder();
    if (prev != null) {
      event.setPrevKv(prev);
    }
    if (value == null) {
      if (latest.remove(key) == null) {
        return Event.getDefaultInstance();
      }
      event.setType(Event.EventType.DELETE);
      event.getKvBuilder().setKey(ByteString.copyFromUtf8(key)).setModRevision(revision);
      return event.build();
    }
    KeyValue kv =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(value))
            .setModRevision(revision)
            .setCreateRevision(prev == null ? revision : prev.getCreateRevision())
            .setVersion(prev == null ? 1 : prev.getVersion() + 1)
            .build();
    latest.put(key, kv);
    return event.setKv(kv).build();
  }

  synchronized void compact(long revision) {
    compacted = Math.max(compacted, revision);
  }

  /** Every read throws this from now on. */
  synchronized void breakWith(RuntimeException failure) {
    broken = failure;
  }

  /** All of it, whatever was compacted. */
  synchronized List<RevisionEvents> all() {
    return List.copyOf(revisions);
  }

  synchronized int reads() {
    return reads;
  }

  @Override
  public synchronized long currentRevision() {
    return revisions.size() + 1;
  }

  @Override
  public synchronized long compactedRevision() {
    return compacted;
  }

  @Override
  public synchronized HistoryBatch read(
      long fromRevision, KeyRange range, boolean withPrev, int revisionsMax, long bytesMax) {
    reads++;
    if (broken != null) {
      throw broken;
    }
    if (fromRevision < compacted) {
      throw new HistoryCompactedException(fromRevision, compacted);
    }
    List<RevisionEvents> found = new ArrayList<>();
    long bytes = 0;
    long revision = Math.max(fromRevision, 2);
    while (revision <= currentRevision() && found.size() < revisionsMax && bytes < bytesMax) {
      RevisionEvents whole = revisions.get((int) revision - 2);
      List<Event> inRange =
          whole.events().stream().filter(event -> range.contains(keyOf(event))).toList();
      if (!inRange.isEmpty()) {
        found.add(new RevisionEvents(revision, inRange, true));
        bytes += HubInbox.sizeOf(whole);
      }
      revision++;
    }
    return new HistoryBatch(found, revision);
  }

  static Bytes keyOf(Event event) {
    return Bytes.wrap(event.getKv().getKey().toByteArray());
  }
}
