package io.balsa.raft.testkit.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tries every order of a few operations: the judge of the checker. It shares nothing with it. */
final class BruteForce {
  /** Enough for a few million orders. */
  private static final int OPERATIONS_MAX = 9;

  /**
   * @param until the number of its answer's event, or the largest number if there was none
   * @param told what the client was told; only if it was answered
   */
  private record Call(
      String f,
      @Nullable Object asked,
      int from,
      int until,
      boolean answered,
      @Nullable Object told) {}

  private final SequentialModel model;
  private final List<Call> calls;

  private BruteForce(SequentialModel model, List<Call> calls) {
    if (calls.size() > OPERATIONS_MAX) {
      throw new IllegalArgumentException("too many to try all orders: " + calls.size());
    }
    this.model = model;
    this.calls = calls;
  }

  /** Whether some order explains all answers. */
  static boolean explains(SequentialModel model, List<Event> history) {
    return explains(model, history, Set.of());
  }

  /**
   * @param forgotten calls, by number, of which only the invocation is known
   */
  static boolean explains(SequentialModel model, List<Event> history, Set<Integer> forgotten) {
    List<Call> calls = calls(history, forgotten);
    return new BruteForce(model, calls).anyOrder(model.initial(), new HashSet<>());
  }

  /** The number of events of the smallest prefix that no order explains. */
  static OptionalInt smallestPrefix(SequentialModel model, List<Event> history) {
    for (int events = 1; events <= history.size(); events++) {
      if (!explains(model, history.subList(0, events))) {
        return OptionalInt.of(events);
      }
    }
    return OptionalInt.empty();
  }

  private static List<Call> calls(List<Event> history, Set<Integer> forgotten) {
    List<Call> calls = new ArrayList<>();
    Map<Long, Integer> open = new HashMap<>();
    Set<Integer> failed = new HashSet<>();
    for (int i = 0; i < history.size(); i++) {
      Event event = history.get(i);
      if (event.type() == Event.Type.INVOKE) {
        open.put(event.process(), calls.size());
        calls.add(new Call(event.f(), event.value(), i, Integer.MAX_VALUE, false, null));
      } else {
        int number = Objects.requireNonNull(open.get(event.process()));
        Call call = calls.get(number);
        boolean answered = event.type() == Event.Type.OK && !event.f().equals("cas-info");
        if (forgotten.contains(number)) {
          continue;
        }
        if (event.type() == Event.Type.FAIL) {
          failed.add(number);
        } else if (answered) {
          calls.set(number, new Call(event.f(), call.asked(), call.from(), i, true, event.value()));
        } else if (event.f().equals("cas-info")) {
          calls.set(
              number,
              new Call(event.f(), call.asked(), call.from(), Integer.MAX_VALUE, false, null));
        }
      }
    }
    List<Call> left = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      if (!failed.contains(i)) {
        left.add(calls.get(i));
      }
    }
    return left;
  }

  private boolean anyOrder(@Nullable Object state, Set<Integer> taken) {
    boolean allAnswered = true;
    for (int i = 0; i < calls.size(); i++) {
      allAnswered &= taken.contains(i) || !calls.get(i).answered();
    }
    if (allAnswered) {
      return true;
    }
    for (int i = 0; i < calls.size(); i++) {
      if (!taken.contains(i) && mayComeNext(i, taken)) {
        Call call = calls.get(i);
        SequentialModel.Result result = model.apply(state, call.f(), call.asked());
        if (!call.answered() || model.agrees(call.f(), call.told(), result.answer())) {
          taken.add(i);
          boolean found = anyOrder(result.state(), taken);
          taken.remove(i);
          if (found) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Nobody who is still to come had returned before it was called. */
  private boolean mayComeNext(int call, Set<Integer> taken) {
    for (int i = 0; i < calls.size(); i++) {
      if (!taken.contains(i) && calls.get(i).until() < calls.get(call).from()) {
        return false;
      }
    }
    return true;
  }
}
