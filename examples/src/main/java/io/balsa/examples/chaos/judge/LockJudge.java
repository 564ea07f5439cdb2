package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.Completion;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.Replay;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.watch.Chronicle;
import io.balsa.examples.chaos.workload.LockStep;
import io.balsa.examples.chaos.workload.LockWorkload;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Locks, with the fence that they need:
 *
 * <ol>
 *   <li>Whoever writes what a lock guards, on condition that its lock key is there, is the lock's holder at that revision: no
 *       older key waits for the same lock.
 *   <li>The fences, which are the create revisions of the holders' keys, only grow from one guarded write to the next.
 *   <li>A lock that was acquired was its caller's at some moment of the call: the key was there, and the oldest.
 * </ol>
 */
public final class LockJudge {
  private final Findings findings = new Findings("lock");
  private final Replay replay = new Replay();

  /** The fence of the last guarded write, by guarded key. */
  private final Map<String, Long> fences = new HashMap<>();

  /** Every lock key that was the oldest of its lock at some revision. */
  private final Set<String> everHeld = new HashSet<>();

  private LockJudge() {}

  public static Verdict judge(List<Operation> operations, Chronicle chronicle) {
    LockJudge judge = new LockJudge();
    chronicle.revisions().values().forEach(judge::advance);
    for (Operation operation : operations) {
      if (operation.is(Completion.Type.OK)
          && operation.completion().orElseThrow().answer() instanceof LockStep.Acquired acquired) {
        judge.findings.checked();
        if (!judge.everHeld.contains(acquired.lockKey())) {
          judge.findings.violated(operation + " never had the lock");
        }
      }
    }
    return Verdict.of(judge.findings);
  }

  private void advance(List<KvEvent> events) {
    for (KvEvent event : events) {
      if (event.key().startsWith(LockWorkload.GUARDED_PREFIX) && event.put().isPresent()) {
        judgeGuarded(event, event.put().get().value());
      }
    }
    replay.advance(events); // The oracle of keys tells what is wrong in itself.
    boolean locksChanged =
        events.stream().anyMatch(event -> event.key().startsWith(LockWorkload.LOCK_PREFIX));
    if (locksChanged) {
      replay.keys().keySet().stream()
          .filter(key -> key.startsWith(LockWorkload.LOCK_PREFIX))
          .map(LockJudge::lockOf)
          .distinct()
          .forEach(lock -> holder(lock).ifPresent(everHeld::add));
    }
  }

  private void judgeGuarded(KvEvent event, String value) {
    findings.checked();
    String lockKey = value.substring(value.indexOf('@') + 1);
    Optional<String> holder = holder(lockOf(lockKey));
    if (holder.isEmpty() || !holder.get().equals(lockKey)) {
      findings.violated(event + " is written by who isn't the holder: that is " + holder);
      return;
    }
    long fence = replay.get(lockKey).map(Version::create).orElse(0L);
    Long last = fences.put(event.key(), fence);
    if (last != null && fence < last) {
      findings.violated(event + " has the fence " + fence + " after " + last);
    }
  }

  /** The key with the oldest create revision. */
  private Optional<String> holder(String lock) {
    return replay.keys().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(lock + "/"))
        .min(Comparator.comparingLong(entry -> entry.getValue().create()))
        .map(Map.Entry::getKey);
  }

  private static String lockOf(String lockKey) {
    return lockKey.substring(0, lockKey.indexOf('/'));
  }
}
