package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.checker.Limits;
import io.balsa.raft.testkit.checker.LinearizabilityChecker;
import io.balsa.raft.testkit.checker.Verdict;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulator's judge, which knows the committed log, and the checker, which sees what clients see: what the one accepts, the
 * other must. The other way round it depends: a read that is too old is only seen from outside if something was written since.
 */
final class JudgesAgreeTest {
  private static final int SEEDS = 20;
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(2), 256 << 20);

  @Test
  void whatTheSimulatorPassesIsLinearizable() {
    long first = Long.getLong("sim.first", new SplittableRandom().nextLong(1L << 40));
    System.out.println("judged twice: " + SEEDS + " seeds from -Dsim.first=" + first);
    for (long seed = first; seed < first + SEEDS; seed++) {
      RegisterHistory observed = new RegisterHistory();
      Simulator.run(seed, SimOptions.DEFAULT.withWitness(observed));
      assertThat(LinearizabilityChecker.check(RegisterHistory.MODEL, observed.events(), LIMITS))
          .as("seed %d, %d events", seed, observed.events().size())
          .isEqualTo(new Verdict.Valid());
    }
  }

  /** Bugs that clients can see: of the first runs that the simulator fails for them, the checker refuses one as well. */
  @ParameterizedTest
  @EnumSource(
      value = PlantedBug.class,
      names = {"READS_WITHOUT_BARRIER", "READS_BEFORE_APPLIED", "ACKNOWLEDGES_WHEN_APPENDED"})
  void whatClientsCanSeeBothRefuse(PlantedBug bug) {
    boolean found = false;
    for (long seed = 1; seed <= SEEDS && !found; seed++) {
      RegisterHistory observed = new RegisterHistory();
      boolean passes = passes(seed, SimOptions.DEFAULT.withBug(bug).withWitness(observed));
      Verdict verdict =
          LinearizabilityChecker.check(RegisterHistory.MODEL, observed.events(), LIMITS);
      assertThat(!passes || verdict.isValid()).as("seed %d: %s", seed, verdict).isTrue();
      found = verdict instanceof Verdict.Invalid;
    }
    assertThat(found).as("the checker refuses a history of %s", bug).isTrue();
  }

  private static boolean passes(long seed, SimOptions<RegisterMap> options) {
    try {
      Simulator.run(seed, options);
      return true;
    } catch (SimulationFailure failure) {
      return false;
    }
  }
}
