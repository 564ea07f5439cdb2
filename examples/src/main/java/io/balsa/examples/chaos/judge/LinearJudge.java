package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.Completion;
import io.balsa.examples.chaos.history.Keyword;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.raft.testkit.checker.Event;
import io.balsa.raft.testkit.checker.Limits;
import io.balsa.raft.testkit.checker.LinearizabilityChecker;
import io.balsa.raft.testkit.checker.Model;
import io.balsa.raft.testkit.checker.Verdict.Invalid;
import io.balsa.raft.testkit.checker.Verdict.Unknown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
    List<Event> events = events(judged, judged.size() == OPERATIONS_MAX);
    var verdict =
        LinearizabilityChecker.check(Model.of(Model.Kind.ETCD_KV), events, Limits.within(PATIENCE));
    List<String> violations =
        verdict instanceof Invalid invalid ? List.of(invalid.toString()) : List.of();
    String note = verdict instanceof Unknown unknown ? "unknown, out of " + unknown.reason() : "";
    long checked = note.isEmpty() ? judged.size() : 0;
    return new Verdict("linearizability", checked, violations, violations.size(), note);
  }

  /**
   * @param isBeginning whether there are more: then nothing is known of what ended after the last of these had begun, for an
   *     answer from that time may tell of operations that aren't here
   */
  static List<Event> events(List<Operation> operations, boolean isBeginning) {
    Map<Long, Event> byOrder = new TreeMap<>();
    long cut = isBeginning ? operations.get(operations.size() - 1).order() : Long.MAX_VALUE;
    for (Operation operation : operations) {
      byOrder.put(
          operation.order(),
          Event.invoke(operation.process(), operation.f(), plain(operation.value())));
      operation
          .completion()
          .filter(end -> end.order() < cut)
          .ifPresent(end -> byOrder.put(end.order(), completion(operation, end)));
    }
    return List.copyOf(byOrder.values());
  }

  private static Event completion(Operation operation, Completion end) {
    Object value = plain(end.value());
    return switch (end.type()) {
      case OK -> Event.ok(operation.process(), operation.f(), value);
      case FAIL -> Event.fail(operation.process(), operation.f(), value);
      case INFO -> Event.info(operation.process(), operation.f(), value);
    };
  }

  /** As the checker wants it: keywords are texts with a colon, keys of maps are texts without. */
  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Keyword keyword) {
      return keyword.toString();
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> plain = new ArrayList<>();
      list.forEach(each -> plain.add(plain(each)));
      return plain;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((key, each) -> plain.put(((Keyword) key).name(), plain(each)));
      return plain;
    }
    return value;
  }
}
