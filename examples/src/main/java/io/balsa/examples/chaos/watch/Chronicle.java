package io.balsa.examples.chaos.watch;

import io.balsa.examples.chaos.model.KvEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Everything that happened in the store, revision by revision, put together from what a watch of everything was told.
 * Immutable.
 *
 * @param revisions the events of each, in their order
 * @param seenNanos when each was first heard of, on the clock of the run
 * @param gaps revisions that nobody told of, and what else makes it incomplete, in words
 */
public record Chronicle(
    NavigableMap<Long, List<KvEvent>> revisions,
    NavigableMap<Long, Long> seenNanos,
    List<String> gaps) {
  private static final long FIRST = 2;

  /** From all sessions of one {@link Watching} of everything, that began before anything was written. */
  public static Chronicle of(List<WatchSession> sessions) {
    NavigableMap<Long, List<KvEvent>> revisions = new TreeMap<>();
    NavigableMap<Long, Long> seen = new TreeMap<>();
    List<String> gaps = new ArrayList<>();
    long next = FIRST;
    for (WatchSession session : sessions) {
      for (WatchAnswer answer : session.answers()) {
        if (answer.compactRevision() > next) {
          gaps.add(
              "history before " + answer.compactRevision() + " was compacted, known up to " + next);
          next = answer.compactRevision();
        }
        for (KvEvent event : answer.events()) {
          if (event.revision() > next) {
            gaps.add("revision " + next + " is missing before " + event + " in the " + session);
          }
          next = Math.max(next, event.revision() + 1);
          revisions.computeIfAbsent(event.revision(), revision -> new ArrayList<>()).add(event);
          seen.putIfAbsent(event.revision(), answer.nanos());
        }
      }
    }
    return new Chronicle(revisions, seen, gaps);
  }

  public long lastRevision() {
    return revisions.isEmpty() ? FIRST - 1 : revisions.lastKey();
  }
}
