package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.Completion;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.watch.Chronicle;
import io.balsa.examples.chaos.workload.LeaseStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Leases, by the one clock of the run:
 *
 * <ol>
 *   <li>Never early: a key that is bound to a lease doesn't go before the lease's time is over, counted from when its last
 *       successful grant or keep-alive was <em>sent</em> (the store counts from later than that), unless somebody asked for
 *       it to be revoked. When the key went is known from a watch, so a little late: what is called early is early.
 *   <li>Gone is gone: a keep-alive that is sent when the key is known to be gone isn't answered with time.
 *   <li>In the end, no key is left of a lease whose time was over long ago.
 * </ol>
 */
public final class LeaseJudge {
  private final Chronicle chronicle;
  private final Findings findings = new Findings("lease");
  private final Map<Long, List<Operation>> steps = new HashMap<>();

  private LeaseJudge(List<Operation> operations, Chronicle chronicle) {
    this.chronicle = chronicle;
    for (Operation operation : operations) {
      if (operation.request() instanceof LeaseStep step) {
        steps.computeIfAbsent(step.id(), id -> new ArrayList<>()).add(operation);
      }
    }
  }

  /**
   * @param endNanos when the last look was taken, on the clock of the run
   * @param graceNanos how long after its time a lease may live: faults put its end off
   */
  public static Verdict judge(
      List<Operation> operations, Chronicle chronicle, long endNanos, long graceNanos) {
    LeaseJudge judge = new LeaseJudge(operations, chronicle);
    Map<Long, Long> gone = judge.judgeDeletions();
    judge.judgeSurvivors(gone.keySet(), endNanos - graceNanos);
    return Verdict.of(judge.findings);
  }

  /** When the key of each lease was first known to be gone. */
  private Map<Long, Long> judgeDeletions() {
    Map<Long, Long> gone = new HashMap<>();
    Map<String, Long> bound = new HashMap<>();
    chronicle
        .revisions()
        .forEach(
            (revision, events) -> {
              for (KvEvent event : events) {
                if (event.put().isPresent()) {
                  long lease = event.put().map(Version::lease).orElse(0L);
                  if (lease != 0) {
                    bound.put(event.key(), lease);
                  }
                } else if (bound.containsKey(event.key())) {
                  long seen = chronicle.seenNanos().getOrDefault(revision, Long.MAX_VALUE);
                  Long lease = bound.remove(event.key());
                  gone.put(lease, seen);
                  judgeDeletion(lease, event, seen);
                }
              }
            });
    return gone;
  }

  private void judgeDeletion(long lease, KvEvent event, long seenNanos) {
    findings.checked();
    for (Operation step : steps.getOrDefault(lease, List.of())) {
      if (step.request() instanceof LeaseStep.Revoke
          && !step.is(Completion.Type.FAIL)
          && step.nanos() < seenNanos) {
        return;
      }
    }
    for (Operation step : steps.getOrDefault(lease, List.of())) {
      long ttl = TimeUnit.SECONDS.toNanos(ttl(step));
      if (ttl <= 0) {
        continue;
      }
      if (step.nanos() < seenNanos && step.nanos() + ttl > seenNanos) {
        findings.violated(
            "early by "
                + TimeUnit.NANOSECONDS.toMillis(step.nanos() + ttl - seenNanos)
                + " ms: "
                + event
                + " after "
                + step);
      } else if (step.nanos() >= seenNanos) {
        findings.violated("gone, and kept alive after that: " + event + ", then " + step);
      }
    }
  }

  /** The time that the lease was given by the step; 0 if none, or nobody knows. */
  private static long ttl(Operation step) {
    return step.is(Completion.Type.OK)
            && step.completion().orElseThrow().answer() instanceof LeaseStep.Ttl ttl
        ? ttl.ttlSeconds()
        : 0;
  }

  private void judgeSurvivors(Set<Long> gone, long longAgoNanos) {
    Map<String, Version> left = new HashMap<>();
    chronicle
        .revisions()
        .values()
        .forEach(
            events ->
                events.forEach(
                    event ->
                        event
                            .put()
                            .ifPresentOrElse(
                                version -> left.put(event.key(), version),
                                () -> left.remove(event.key()))));
    Set<Long> alive = new HashSet<>();
    left.values().stream().map(Version::lease).filter(lease -> lease != 0).forEach(alive::add);
    for (long lease : alive) {
      findings.checked();
      long until =
          steps.getOrDefault(lease, List.of()).stream()
              .mapToLong(LeaseJudge::latestEnd)
              .max()
              .orElse(Long.MAX_VALUE);
      if (until < longAgoNanos && !gone.contains(lease)) {
        findings.violated(
            "never expired: lease "
                + lease
                + ", whose time was over "
                + TimeUnit.NANOSECONDS.toSeconds(longAgoNanos - until)
                + " s before that would have been due");
      }
    }
  }

  /** When the lease's time is over at the latest, as far as this step may have moved it. */
  private static long latestEnd(Operation step) {
    long ttl = ttl(step);
    long asked = step.request() instanceof LeaseStep.Grant grant ? grant.ttlSeconds() : 6;
    long from =
        step.completion()
            .map(Completion::nanos)
            .orElse(step.nanos() + TimeUnit.SECONDS.toNanos(10));
    return from + TimeUnit.SECONDS.toNanos(Math.max(ttl, asked));
  }
}
