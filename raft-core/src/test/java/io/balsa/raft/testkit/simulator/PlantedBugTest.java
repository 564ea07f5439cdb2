package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tests of the test: a simulator that can't see these bugs proves nothing by passing. */
final class PlantedBugTest {
  private static final long SEEDS_MAX = 2_000;

  @ParameterizedTest
  @EnumSource(
      value = PlantedBug.class,
      mode = EnumSource.Mode.EXCLUDE,
      // Rare: the command line finds them, in more seeds than a build should take.
      names = {"ENTRIES_WITHOUT_HARD_STATE", "VOTE_FORGOTTEN"})
  void isFound(PlantedBug bug) {
    SimOptions<RegisterMap> options = SimOptions.DEFAULT.withBug(bug);
    for (long seed = 1; seed <= SEEDS_MAX; seed++) {
      try {
        assertThat(Simulator.run(seed, options).seed()).isEqualTo(seed);
      } catch (SimulationFailure found) {
        System.out.println(bug + " is found by seed " + seed + " as " + found.property());
        return;
      }
    }
    fail("%s isn't found by %d seeds: %s", bug, SEEDS_MAX, bug.explanation());
  }
}
