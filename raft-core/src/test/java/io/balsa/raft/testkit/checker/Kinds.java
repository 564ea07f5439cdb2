package io.balsa.raft.testkit.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts small histories by what they show, so that a generator that stopped making some kind is noticed. */
final class Kinds {
  private static final String LATE = "an operation without an answer that happened after its :info";
  private static final String HAPPENED = "an operation without an answer that must have happened";
  private static final String NEVER = "an operation without an answer that did not happen by then";
  private static final String REFUSED = "a refused cas that the verdict depends on";

  private final SequentialModel model;
  private final Map<String, Integer> counts = new TreeMap<>();

  Kinds(SequentialModel model) {
    this.model = model;
    List.of("valid", "invalid", LATE, HAPPENED, NEVER).forEach(kind -> counts.put(kind, 0));
    if (model == SequentialModel.STRICT_CAS_REGISTER) {
      counts.put(REFUSED, 0);
    }
  }

  void count(List<Event> history, boolean explained) {
    add(explained ? "valid" : "invalid");
    for (int i = 0; i < history.size(); i++) {
      Event event = history.get(i);
      if (explained && event.type() == Event.Type.INFO) {
        countInfo(history, i);
      }
      if (!explained
          && event.f().equals("cas-fail")
          && event.type() == Event.Type.OK
          && BruteForce.explains(model, without(history, i))) {
        add(REFUSED);
      }
    }
  }

  /** The history is valid, and the completion there an :info. */
  private void countInfo(List<Event> history, int at) {
    if (!toldNothing(history.get(at))) {
      return;
    }
    boolean byThen = BruteForce.explains(model, answered(history, at));
    if (!BruteForce.explains(model, without(history, at))) {
      add(byThen ? HAPPENED : LATE);
    } else if (!byThen) {
      add(NEVER);
    }
  }

  /** Whether its :ok says no more than its call. */
  private static boolean toldNothing(Event event) {
    return switch (event.f()) {
      case "read", "get" -> false;
      case "txn" ->
          event.value() instanceof List<?> micros
              && micros.stream()
                  .allMatch(micro -> ":write".equals(SequentialModel.list(micro).get(0)));
      default -> true;
    };
  }

  /** Enough valid and invalid ones, and some of each special kind. */
  void areThere(int ofEachVerdict, int special) {
    counts.forEach(
        (kind, count) ->
            assertThat(count)
                .as("%s: %s, of %s", model, kind, counts)
                .isGreaterThanOrEqualTo(kind.endsWith("valid") ? ofEachVerdict : special));
  }

  private void add(String kind) {
    counts.merge(kind, 1, Integer::sum);
  }

  /** With an :ok instead. */
  private static List<Event> answered(List<Event> history, int at) {
    List<Event> changed = new ArrayList<>(history);
    Event event = history.get(at);
    changed.set(at, Event.ok(event.process(), event.f(), event.value()));
    return changed;
  }

  /** Without the operation that ends there. */
  private static List<Event> without(List<Event> history, int completion) {
    List<Event> left = new ArrayList<>(history);
    left.remove(completion);
    for (int i = completion - 1; i >= 0; i--) {
      if (left.get(i).process() == history.get(completion).process()) {
        left.remove(i);
        return left;
      }
    }
    throw new AssertionError("it was never called");
  }
}
