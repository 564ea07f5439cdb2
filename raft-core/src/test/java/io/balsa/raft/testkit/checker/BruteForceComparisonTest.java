package io.balsa.raft.testkit.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of small histories of each model: the checker says what trying all orders says, and gives the right reasons. */
final class BruteForceComparisonTest {
  private static final int HISTORIES = Integer.getInteger("checker.histories", 1_500);
  private static final int OF_EACH_VERDICT = 40;
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(2), 64 << 20);

  @ParameterizedTest
  @EnumSource
  void agreesWithTryingAllOrders(SequentialModel model) {
    long first = Long.getLong("checker.first", 1);
    System.out.println("checker: " + model + " from -Dchecker.first=" + first);
    Kinds kinds = new Kinds(model);
    for (long seed = first; seed < first + HISTORIES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Event> history = history(model, random);
      boolean explained = BruteForce.explains(model, history);
      Verdict verdict = check(model, history, seed);
      assertThat(verdict.word())
          .as("seed %d:\n%s", seed, text(history))
          .isEqualTo(explained ? "valid" : "invalid");
      if (verdict instanceof Verdict.Invalid why) {
        checkReasons(model, history, why, seed);
      }
      kinds.count(history, explained);
    }
    kinds.areThere(OF_EACH_VERDICT, 1);
  }

  private static Verdict check(SequentialModel model, List<Event> history, long seed) {
    try {
      return LinearizabilityChecker.check(Model.of(model.kind), history, LIMITS);
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed + ":\n" + text(history), e);
    }
  }

  private static List<Event> history(SequentialModel model, SplittableRandom random) {
    HistoryMaker.Shape shape =
        new HistoryMaker.Shape(
            3 + random.nextInt(5),
            2 + random.nextInt(3),
            random.nextInt(3) * 0.25,
            0.1,
            1 + random.nextInt(2),
            random.nextInt(4),
            random.nextInt(3) * 0.5);
    List<Event> history = HistoryMaker.make(model, shape, random);
    return switch (random.nextInt(3)) {
      case 0 -> history;
      case 1 -> HistoryMaker.spoil(history, random);
      default -> swap(HistoryMaker.spoil(history, random), random);
    };
  }

  /** Two neighbours of different processes change places: what was at once may be one after the other now. */
  private static List<Event> swap(List<Event> history, SplittableRandom random) {
    List<Event> swapped = new java.util.ArrayList<>(history);
    for (int times = 0; times < 4; times++) {
      int at = random.nextInt(swapped.size() - 1);
      if (swapped.get(at).process() != swapped.get(at + 1).process()) {
        java.util.Collections.swap(swapped, at, at + 1);
      }
    }
    return swapped;
  }

  private static void checkReasons(
      SequentialModel model, List<Event> history, Verdict.Invalid why, long seed) {
    int smallest = BruteForce.smallestPrefix(model, history).orElseThrow();
    assertThat(why.prefixEvents())
        .as("smallest prefix of seed %d:\n%s", seed, text(history))
        .isEqualTo(smallest);
    assertThat(why.isSmallest() && why.isConflictSmallest()).as("certain, seed %d", seed).isTrue();
    List<Event> prefix = history.subList(0, why.prefixEvents());
    Set<Integer> others = new HashSet<>();
    why.operations().forEach(operation -> others.add(operation.id()));
    why.conflict().forEach(others::remove);
    assertThat(BruteForce.explains(model, prefix, others))
        .as("only %s known, of seed %d:\n%s", why.conflict(), seed, text(prefix))
        .isFalse();
    for (int needed : why.conflict()) {
      Set<Integer> oneMore = new HashSet<>(others);
      oneMore.add(needed);
      assertThat(BruteForce.explains(model, prefix, oneMore))
          .as("without %d of %s, of seed %d:\n%s", needed, why.conflict(), seed, text(prefix))
          .isTrue();
    }
  }

  private static String text(List<Event> history) {
    return history.stream().map(HistoryFile.EDN::line).collect(Collectors.joining("\n"));
  }
}
