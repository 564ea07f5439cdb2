package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Fresh seeds each time, unless {@code -Dsim.first} says where to begin; {@code -Dsim.seeds} how many. {@code -Dsim.bug}
 * builds a {@link PlantedBug} in.
 */
final class SimulatorTest {
  /** Too rare for every two hundred seeds; the command line asks for them in every thousand. */
  private static final EnumSet<Reached> RARE =
      EnumSet.of(Reached.RECOVERY_FROM_SNAPSHOT_ONLY, Reached.APPEND_NOT_FILLED);

  /** Of all the points where a node can die; a thousand seeds must find each of them. */
  private static final int POINTS_MIN = CrashPoint.values().length * 3 / 4;

  private static final int SEEDS = Integer.getInteger("sim.seeds", 200);

  @Test
  void freshSeedsPass() {
    long first = Long.getLong("sim.first", System.currentTimeMillis() % 1_000_000_000L * 1_000);
    System.out.println("simulator: " + SEEDS + " seeds from -Dsim.first=" + first);
    SimOptions<RegisterMap> options =
        Optional.ofNullable(System.getProperty("sim.bug"))
            .map(PlantedBug::valueOf)
            .map(SimOptions.DEFAULT::withBug)
            .orElse(SimOptions.DEFAULT);
    Set<Reached> reached = EnumSet.noneOf(Reached.class);
    Set<CrashPoint> deadly = EnumSet.noneOf(CrashPoint.class);
    for (long seed = first; seed < first + SEEDS; seed++) {
      SimReport report = Simulator.run(seed, options);
      report.reached().forEach((what, count) -> addIf(count > 0, what, reached));
      report.deaths().forEach((point, count) -> addIf(count > 0, point, deadly));
    }
    if (SEEDS >= 200) {
      Set<Reached> wanted = Workloads.reachable(RegisterMap.SUBJECT);
      wanted.removeAll(RARE);
      assertThat(reached).as("what the seeds reached").containsAll(wanted);
      assertThat(deadly).as("where nodes died").hasSizeGreaterThanOrEqualTo(POINTS_MIN);
    }
  }

  @Test
  void freshSeedsWithSessionsPass() {
    long first = Long.getLong("sim.first", System.currentTimeMillis() % 1_000_000_000L * 1_000);
    int seeds = SEEDS / 5;
    System.out.println("simulator with sessions: " + seeds + " seeds from -Dsim.first=" + first);
    Set<Reached> reached = EnumSet.noneOf(Reached.class);
    for (long seed = first; seed < first + seeds; seed++) {
      SimReport report = Simulator.run(seed, SimOptions.of(SessionSubject.SUBJECT));
      report.reached().forEach((what, count) -> addIf(count > 0, what, reached));
    }
    if (seeds >= 40) {
      assertThat(reached).as("what the seeds reached").containsAll(Reached.WITH_SESSIONS);
    }
  }

  private static <T> void addIf(boolean condition, T what, Set<T> reached) {
    if (condition) {
      reached.add(what);
    }
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
}
