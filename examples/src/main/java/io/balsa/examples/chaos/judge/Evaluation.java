package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.KvResult;
import io.balsa.examples.chaos.model.Replay;
import io.balsa.examples.chaos.model.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request carried out on a replayed state: what it should have been answered, and what it should have changed. One thread. */
final class Evaluation {
  private final Replay state;
  private final long revision;

  /** What the request has changed so far: it reads its own writes. */
  private final Map<String, Optional<Version>> changes = new HashMap<>();

  private Evaluation(Replay state, long revision) {
    this.state = state;
    this.revision = revision;
  }

  /** Whether the answer tells of a change, and so of a revision of its own. */
  static boolean changed(KvRequest request, KvAnswer answer) {
    List<KvOp> ops = request.branch(answer.succeeded());
    for (int i = 0; i < ops.size(); i++) {
      if (ops.get(i) instanceof KvOp.Put
          || answer.results().get(i) instanceof KvResult.Deleted deleted && deleted.count() > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * What is wrong with the answer; nothing if it is what it should be.
   *
   * @param before the state that the request found
   * @param events what the store says that it changed; empty for a request that changed nothing
   */
  static Optional<String> wrong(
      Replay before, KvRequest request, KvAnswer answer, List<KvEvent> events) {
    Evaluation evaluation = new Evaluation(before, answer.revision());
    KvAnswer expected = evaluation.carryOut(request);
    if (!expected.equals(answer)) {
      return Optional.of("should have been answered " + expected);
    }
    Map<String, Optional<Version>> told = told(events);
    return told.equals(evaluation.changes)
        ? Optional.empty()
        : Optional.of("should have changed " + evaluation.changes + ", but changed " + told);
  }

  /** Whether the request, if it was carried out on that state, changed just that. */
  static boolean explains(Replay before, KvRequest request, List<KvEvent> events) {
    Evaluation evaluation = new Evaluation(before, before.revision() + 1);
    var unused = evaluation.carryOut(request);
    return evaluation.changes.equals(told(events));
  }

  private static Map<String, Optional<Version>> told(List<KvEvent> events) {
    Map<String, Optional<Version>> told = new HashMap<>();
    events.forEach(event -> told.put(event.key(), event.put()));
    return told;
  }

  private KvAnswer carryOut(KvRequest request) {
    boolean succeeded =
        request.compares().stream().allMatch(compare -> compare.holds(state.get(compare.key())));
    List<KvResult> results = new ArrayList<>();
    request.branch(succeeded).forEach(op -> results.add(carryOut(op)));
    return new KvAnswer(succeeded, revision, results);
  }

  private KvResult carryOut(KvOp op) {
    Optional<Version> found = changes.getOrDefault(op.key(), state.get(op.key()));
    if (op instanceof KvOp.Put put) {
      long create = found.map(Version::create).orElse(revision);
      long version = found.map(Version::version).orElse(0L) + 1;
      changes.put(
          op.key(), Optional.of(new Version(put.value(), create, revision, version, put.lease())));
      return new KvResult.Done();
    }
    if (op instanceof KvOp.Delete) {
      if (found.isPresent()) {
        changes.put(op.key(), Optional.empty());
      }
      return new KvResult.Deleted(found.isPresent() ? 1 : 0);
    }
    return new KvResult.Got(found);
  }
}
