package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link FreshSeeds}, or those that its properties name; {@code -Dsim.bug} builds a {@link PlantedBug} in. */
final class SimulatorTest {
  /** Too rare for two hundred seeds; the command line asks for them in every thousand. */
  private static final EnumSet<Reached> RARE =
      EnumSet.of(
          Reached.RECOVERY_FROM_SNAPSHOT_ONLY, Reached.APPEND_NOT_FILLED, Reached.BACKLOG_LOST);

  /** Of all the points where a node can die; a thousand seeds must find each of them. */
  private static final int POINTS_MIN = CrashPoint.values().length * 3 / 4;

  private static final int SEEDS = 200;

  @Test
  void freshSeedsPass() {
    FreshSeeds.pass(SEEDS, options());
  }

  @Test
  void theFirstSeedsReachEverything() {
    FreshSeeds.Totals totals = FreshSeeds.passFirst(SEEDS, options());
    Set<Reached> expected = EnumSet.copyOf(options().reachable());
    expected.removeAll(RARE);
    assertThat(totals.reached().keySet()).as("what the seeds reached").containsAll(expected);
    assertThat(totals.deaths()).as("where nodes died").hasSizeGreaterThanOrEqualTo(POINTS_MIN);
  }

  @Test
  void freshSeedsWithSessionsPass() {
    FreshSeeds.pass(SEEDS / 5, SimOptions.of(SessionSubject.SUBJECT));
  }

  @Test
  void theFirstSeedsWithSessionsReachEverything() {
    FreshSeeds.Totals totals =
        FreshSeeds.passFirst(SEEDS / 5, SimOptions.of(SessionSubject.SUBJECT));
    assertThat(totals.reached().keySet())
        .as("what the seeds reached")
        .containsAll(Reached.WITH_SESSIONS);
  }

  @Test
  void theSameSeedIsTheSameRunInEveryEvent() {
    SimOptions<RegisterMap> options = SimOptions.DEFAULT.withTextHash();
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(Simulator.run(seed, options)).isEqualTo(Simulator.run(seed, options));
    }
    assertThat(Simulator.run(1, options).eventHash())
        .isNotEqualTo(Simulator.run(2, options).eventHash());
  }

  private static SimOptions<RegisterMap> options() {
    return Optional.ofNullable(System.getProperty("sim.bug"))
        .map(PlantedBug::valueOf)
        .map(SimOptions.DEFAULT::withBug)
        .orElse(SimOptions.DEFAULT);
  }
}
