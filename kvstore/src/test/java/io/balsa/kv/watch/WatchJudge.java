package io.balsa.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchCreateRequest.FilterType;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.state.RevisionEvents;
import io.balsa.raft.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Holds what one watcher was sent against the full history: ordered, unique, reliable, atomic,
 * resumable, bookmarkable, the right filter, the right previous values. All of these together say:
 * what it was sent is a prefix of what it should be sent, cut only between revisions, and never
 * shorter than a bookmark promised.
 */
final class WatchJudge {
  private final String name;
  private final WatchCreateRequest request;
  private final List<Event> expected = new ArrayList<>();
  private final long createdRevision;
  private final Set<Long> compactions;
  private int delivered;
  private boolean inFragment;
  private long bookmark;
  private boolean canceled;
  private long compactRevision;

  WatchJudge(String name, WatchCreateRequest request, WatchResponse created, World world) {
    this.name = name;
    this.compactions = world.compactions();
    this.request = request;
    this.createdRevision = created.getHeader().getRevision();
    assertThat(created.getCreated()).as("%s: created comes first", name).isTrue();
    assertThat(created.getEventsCount()).as("%s: created has no events", name).isZero();
    long start = request.getStartRevision() == 0 ? createdRevision + 1 : request.getStartRevision();
    this.bookmark = start - 1;
    for (RevisionEvents revision : world.history()) {
      if (revision.revision() >= start) {
        revision.events().stream().filter(this::wanted).map(this::asWanted).forEach(expected::add);
      }
    }
  }

  private boolean wanted(Event event) {
    KeyRange range =
        new KeyRange(
            Bytes.wrap(request.getKey().toByteArray()),
            Bytes.wrap(request.getRangeEnd().toByteArray()));
    FilterType unwanted =
        event.getType() == Event.EventType.DELETE ? FilterType.NODELETE : FilterType.NOPUT;
    return range.contains(FakeHistory.keyOf(event)) && !request.getFiltersList().contains(unwanted);
  }

  private Event asWanted(Event event) {
    return request.getPrevKv() ? event : event.toBuilder().clearPrevKv().build();
  }

  /** The next response with this watcher's id. */
  void heard(WatchResponse response) {
    assertThat(canceled)
        .as("%s: nothing comes after it was canceled: %s", name, response)
        .isFalse();
    assertThat(response.getCreated()).as("%s: created once", name).isFalse();
    if (response.getCanceled()) {
      canceled = true;
      compactRevision = response.getCompactRevision();
      if (compactRevision != 0) {
        assertThat(compactRevision)
            .as("%s: it needed what was compacted", name)
            .isGreaterThan(bookmark + 1);
      }
      return;
    }
    for (Event event : response.getEventsList()) {
      assertThat(delivered)
          .as("%s: too many events, one is %s", name, event)
          .isLessThan(expected.size());
      Event due = expected.get(delivered);
      if (!event.hasPrevKv() && mayBeCompacted(due)) {
        due = due.toBuilder().clearPrevKv().build();
      }
      assertThat(event).as("%s: event %d", name, delivered).isEqualTo(due);
      delivered++;
    }
    inFragment = response.getFragment();
    assertThat(inFragment && !request.getFragment())
        .as("%s: fragments were asked for", name)
        .isFalse();
    if (!inFragment) {
      reached(response.getHeader().getRevision());
    }
  }

  /** Whether what an event replaced may be gone when it is read: a large value is read late. */
  private boolean mayBeCompacted(Event event) {
    long revision = event.getKv().getModRevision();
    return compactions.contains(revision)
        || (event.getPrevKv().getValue().size() > FakeHistory.LARGE_BYTES
            && compactions.stream().anyMatch(compacted -> compacted > revision));
  }

  /** Everything up to the revision was promised to have been sent. */
  void reached(long revision) {
    assertThat(inFragment).as("%s: a whole response", name).isFalse();
    if (delivered > 0) {
      long last = expected.get(delivered - 1).getKv().getModRevision();
      assertThat(revision)
          .as("%s: the header isn't behind the events", name)
          .isGreaterThanOrEqualTo(last);
    }
    if (delivered < expected.size()) {
      long next = expected.get(delivered).getKv().getModRevision();
      assertThat(next)
          .as("%s: all events up to %d came before it was said", name, revision)
          .isGreaterThan(revision);
    }
    bookmark = Math.max(bookmark, revision);
  }

  /** At the end of the run: all of it came, unless it was canceled. */
  void complete() {
    if (!canceled) {
      assertThat(delivered).as("%s: all events came", name).isEqualTo(expected.size());
    }
  }

  boolean canceled() {
    return canceled;
  }

  boolean overtaken() {
    return compactRevision > 0;
  }

  int delivered() {
    return delivered;
  }
}
