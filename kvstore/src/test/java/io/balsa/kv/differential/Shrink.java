package io.balsa.kv.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for the fewest operations after which two servers still differ. Stateless; one thread. */
final class Shrink {
  private static final int ATTEMPTS_MAX = 150;
  private static final int ENDING_MAX = 512;

  private final Pair pair;
  private int attempts;
  private Difference shown;

  private Shrink(Pair pair, Difference first) {
    this.pair = pair;
    this.shown = first;
  }

  /**
   * Tries ever longer endings of a run until one differs, then leaves out whatever isn't needed.
   *
   * @param run ends with the operation at which the difference showed
   */
  static String report(Pair pair, List<Operation> run, Difference first) {
    Shrink shrink = new Shrink(pair, first);
    pair.bePatient(false);
    Optional<List<Operation>> few = shrink.ending(run).map(shrink::withoutMost);
    pair.bePatient(true);
    if (few.isEmpty()) {
      return first
          + "\nThe last "
          + ENDING_MAX
          + " operations alone, on an empty store, don't show it.";
    }
    StringBuilder text = new StringBuilder();
    text.append(first).append("\nShorter, on an empty store, ").append(few.get().size());
    text.append(" operations:\n");
    few.get().forEach(operation -> text.append("    ").append(operation).append('\n'));
    return text.append(shrink.shown).toString();
  }

  private Optional<List<Operation>> ending(List<Operation> run) {
    for (int length = 1; length <= ENDING_MAX; length *= 2) {
      List<Operation> ending = run.subList(Math.max(0, run.size() - length), run.size());
      if (differs(ending)) {
        return Optional.of(ending);
      }
    }
    return Optional.empty();
  }

  private List<Operation> withoutMost(List<Operation> run) {
    List<Operation> left = new ArrayList<>(run);
    for (int piece = left.size() / 2; piece >= 1; piece /= 2) {
      for (int from = left.size() - piece; from >= 0; from -= piece) {
        List<Operation> without = new ArrayList<>(left);
        without.subList(from, from + piece).clear();
        if (!without.isEmpty() && differs(without)) {
          left = without;
        }
      }
    }
    return left;
  }

  private boolean differs(List<Operation> operations) {
    if (attempts++ >= ATTEMPTS_MAX) {
      return false;
    }
    pair.clear();
    Optional<Difference> difference = pair.run(operations);
    difference.ifPresent(found -> shown = found);
    return difference.isPresent();
  }
}
