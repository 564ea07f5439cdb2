package io.balsa.kv.state;

import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.raft.model.Bytes;
import java.util.ArrayList;
import java.util.List;

/** History as published, read along the log. */
final class HistoryReader implements EventSource {
  /** How many rows outside the range one read may pass over: a rare key mustn't hold its reader for long. */
  private static final int ROWS_MAX = 20_000;

  private final Publisher publisher;

  HistoryReader(Publisher publisher) {
    this.publisher = publisher;
  }

  @Override
  public long currentRevision() {
    return publisher.state().revision();
  }

  @Override
  public long compactedRevision() {
    return publisher.state().compacted();
  }

  @Override
  public HistoryBatch read(
      long fromRevision, KeyRange range, boolean withPrev, int revisionsMax, long bytesMax) {
    if (revisionsMax < 1) {
      throw new IllegalArgumentException("a batch of " + revisionsMax + " revisions");
    }
    return publisher.read(
        now -> new Walk(now, range, withPrev).read(fromRevision, revisionsMax, bytesMax));
  }

  /** One walk along the log. */
  private static final class Walk {
    private final Published now;
    private final KeyRange range;
    private final boolean withPrev;
    private final List<RevisionEvents> revisions = new ArrayList<>();
    private List<Event> events = new ArrayList<>();
    private long revision;
    private long bytes;
    private int rows;

    Walk(Published now, KeyRange range, boolean withPrev) {
      this.now = now;
      this.range = range;
      this.withPrev = withPrev;
    }

    HistoryBatch read(long fromRevision, int revisionsMax, long bytesMax) {
      StateRow state = now.state();
      if (fromRevision < state.compacted()) {
        throw new HistoryCompactedException(fromRevision, state.compacted());
      }
      Span span = Tables.log(Math.max(1, fromRevision), 0, state.revision());
      try (StoreCursor cursor = now.pin().cursor(span.fromKey(), span.toKey(), Direction.UP)) {
        while (cursor.next()) {
          long next = Tables.logRevision(cursor.key());
          if (next != revision) {
            finishRevision();
            if (revisions.size() >= revisionsMax || bytes >= bytesMax || rows >= ROWS_MAX) {
              return new HistoryBatch(revisions, next);
            }
            revision = next;
          }
          take(cursor);
        }
      }
      finishRevision();
      return new HistoryBatch(revisions, Math.max(fromRevision, state.revision() + 1));
    }

    private void take(StoreCursor cursor) {
      rows++;
      EventRow row = EventRow.decode(cursor.value());
      if (range.contains(Bytes.wrap(row.key().toByteArray()))) {
        events.add(complete(row));
        bytes += row.key().size() + row.value().size();
      }
    }

    /** With the version that it replaced, unless that was before the compacted revision: then nobody can count on it. */
    private Event complete(EventRow row) {
      Event.Builder event = row.toEvent(revision);
      if (withPrev && revision > now.state().compacted()) {
        KeyValue replaced = now.reader().replacedBy(row, revision);
        if (replaced != null) {
          bytes += replaced.getKey().size() + replaced.getValue().size();
          event.setPrevKv(replaced);
        }
      }
      return event.build();
    }

    private void finishRevision() {
      if (!events.isEmpty()) {
        revisions.add(new RevisionEvents(revision, events, withPrev));
        events = new ArrayList<>();
      }
    }
  }
}
