package io.balsa.examples.chaos;

import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.chaos.judge.Findings;
import io.balsa.examples.chaos.judge.Verdict;
import io.balsa.examples.chaos.judge.WatchJudge;
import io.balsa.examples.chaos.watch.Chronicle;
import io.balsa.examples.chaos.watch.WatchRange;
import io.balsa.examples.chaos.watch.WatchSession;
import io.balsa.examples.chaos.watch.Watching;
import io.balsa.examples.process.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The watches of a run: one of everything, from which the chronicle comes, and those of the workload. */
final class Watchers implements AutoCloseable {
  /** A member tells quiet watches of their progress twice a second; one that is silent for so long is left. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /** Long enough for a compaction to overtake a watch of the workload, which must be told so. */
  private static final Duration AWAY_MAX = Duration.ofSeconds(8);

  private static final Duration CATCH_UP_DEADLINE = Duration.ofSeconds(60);

  /** So many revisions of history are kept by compactions. */
  private static final int HISTORY_KEPT = 100;

  private final Set<Long> compactions = ConcurrentHashMap.newKeySet();
  private final Watching everything;
  private final List<Watching> others = new ArrayList<>();

  Watchers(List<WatchRange> ranges, Recorder recorder, Supplier<List<MemberCalls>> members) {
    this.everything = watching(WatchRange.everything(), recorder, members, 0, Watching.AT_ONCE);
    for (int i = 0; i < ranges.size(); i++) {
      others.add(watching(ranges.get(i), recorder, members, i + 1, AWAY_MAX));
    }
  }

  private static Watching watching(
      WatchRange range,
      Recorder recorder,
      Supplier<List<MemberCalls>> members,
      int first,
      Duration restMax) {
    AtomicInteger turn = new AtomicInteger(first);
    Supplier<MemberCalls> next =
        () -> {
          List<MemberCalls> all = members.get();
          return all.get(turn.getAndIncrement() % all.size());
        };
    return new Watching(range, 1, next, recorder::nanos, PATIENCE, restMax);
  }

  /** A revision for a compaction that is about to be asked for: one that the chronicle has left behind. */
  long compactable() {
    long revision = Math.max(1, everything.next() - HISTORY_KEPT);
    compactions.add(revision);
    return revision;
  }

  /** Waits until the chronicle is complete. Whether it came to be. */
  boolean awaitChronicle(long revision) {
    return Await.holds(CATCH_UP_DEADLINE, () -> everything.next() > revision);
  }

  Chronicle chronicle() {
    return Chronicle.of(everything.sessions());
  }

  /** Waits until every watch has been told the last thing that concerns it, then judges all of them. */
  Verdict judge(Chronicle chronicle) {
    List<WatchSession> sessions = new ArrayList<>(everything.sessions());
    Findings late = new Findings("watch");
    for (Watching watching : others) {
      long last = lastWanted(watching, chronicle);
      if (!Await.holds(CATCH_UP_DEADLINE, () -> watching.next() > last)) {
        late.violated("reliable: a watch was never told of revision " + last);
      }
      watching.close();
      sessions.addAll(watching.sessions());
    }
    Verdict verdict = WatchJudge.judge(sessions, chronicle, compactions);
    return verdict.plus(Verdict.of(late));
  }

  private static long lastWanted(Watching watching, Chronicle chronicle) {
    WatchRange range = watching.range();
    return chronicle.revisions().descendingMap().entrySet().stream()
        .filter(entry -> entry.getValue().stream().anyMatch(range::wants))
        .map(java.util.Map.Entry::getKey)
        .findFirst()
        .orElse(0L);
  }

  @Override
  public void close() {
    everything.close();
    others.forEach(Watching::close);
  }
}
