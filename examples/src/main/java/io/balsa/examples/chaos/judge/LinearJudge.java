package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.HistoryFiles;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.raft.testkit.checker.Event;
import io.balsa.raft.testkit.checker.Limits;
import io.balsa.raft.testkit.checker.LinearizabilityChecker;
import io.balsa.raft.testkit.checker.Model;
import io.balsa.raft.testkit.checker.Verdict.Invalid;
import io.balsa.raft.testkit.checker.Verdict.Unknown;
import java.time.Duration;
import java.util.List;

/**
 * Linearizability by search: the general checker, with the model {@code etcd-kv}, on the beginning of the history. It knows
 * nothing of the chronicle, so it would see what {@link KvJudge} can't if a watch told lies that fit the answers.
 */
public final class LinearJudge {
  private static final int OPERATIONS_MAX = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private LinearJudge() {}

  public static Verdict judge(List<Operation> operations) {
    List<Operation> judged =
        operations.stream()
            .filter(o -> o.request() instanceof KvRequest request && !request.isSerializable())
            .limit(OPERATIONS_MAX)
            .toList();
    List<Event> events = HistoryFiles.events(judged, judged.size() == OPERATIONS_MAX);
    var verdict =
        LinearizabilityChecker.check(Model.of(Model.Kind.ETCD_KV), events, Limits.within(PATIENCE));
    List<String> violations =
        verdict instanceof Invalid invalid ? List.of(invalid.toString()) : List.of();
    String note = verdict instanceof Unknown unknown ? "unknown, out of " + unknown.reason() : "";
    long checked = note.isEmpty() ? judged.size() : 0;
    return new Verdict("linearizability", checked, violations, violations.size(), note);
  }
}
