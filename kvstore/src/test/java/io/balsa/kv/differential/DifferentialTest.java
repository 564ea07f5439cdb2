package io.balsa.kv.differential;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations to a real etcd and to us: every field of every answer is the same, or the difference is known.
 *
 * <p>{@code -Ddifferential.operations} says how many, {@code -Ddifferential.seed} which.
 */
@Timeout(3600)
final class DifferentialTest {
  private static final int OPERATIONS = Integer.getInteger("differential.operations", 1500);
  private static final int DIFFERENCES_MAX = 5;
  private static final long SEED =
      Long.getLong("differential.seed", ThreadLocalRandom.current().nextLong(1_000_000));

  @TempDir private Path dir;

  @Test
  void nobodyCanTellThemApart() throws Exception {
    try (ServerProcess etcd = ServerProcess.etcd(dir.resolve("etcd"));
        ServerProcess balsa = ServerProcess.balsa(dir.resolve("balsa"));
        Pair pair = new Pair(etcd, balsa)) {
      System.out.printf(
          "differential: -Ddifferential.operations=%d -Ddifferential.seed=%d%n", OPERATIONS, SEED);
      List<String> differences = compare(pair, RandomOperations.draw(SEED, OPERATIONS));
      pair.reached()
          .forEach((what, times) -> System.out.printf("differential: %6d × %s%n", times, what));
      System.out.println("differential: known differences that were met:");
      for (KnownDifference known : KnownDifference.values()) {
        System.out.printf(
            "differential: %6d × %s%n", pair.met().getOrDefault(known, 0), known.reason());
      }
      if (!differences.isEmpty()) {
        String etcdsEnd = etcd.isAlive() ? "" : "etcd is gone; its log ends: " + etcd.lastWords();
        fail("seed %d%n%s%n%s", SEED, String.join("\n\n", differences), etcdsEnd);
      }
    }
  }

  /** Runs them all: after a difference, on with the rest from an empty store. */
  private static List<String> compare(Pair pair, List<Operation> operations) {
    List<String> differences = new ArrayList<>();
    List<Operation> left = operations;
    while (!left.isEmpty() && differences.size() < DIFFERENCES_MAX) {
      Optional<Difference> difference = pair.run(left);
      if (difference.isEmpty()) {
        return differences;
      }
      System.out.printf("differential: to be shrunk: %s%n", difference.get());
      int end = Math.min(left.size(), difference.get().step() + 1);
      differences.add(Shrink.report(pair, left.subList(0, end), difference.get()));
      pair.clear();
      left = left.subList(end, left.size());
    }
    return differences;
  }
}
