package io.balsa.raft.testkit.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SeedRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests of the test: a simulator that can't see these bugs proves nothing by passing. Some bugs at a time, others in
 * each build; {@code -Dzoo.all=true} hunts all of them, {@code -Dzoo.first} says with which to begin.
 */
final class PlantedBugTest {
  private static final boolean HUNT_ALL = Boolean.getBoolean("zoo.all");
  private static final int BUGS_PER_BUILD = 6;
  private static final int SEEDS_MAX = 2_000;

  /** Rare ones take minutes: not in every build. */
  private static final Set<String> RARE =
      Set.of(
          "VOTE_FORGOTTEN",
          "READ_IDS_REUSED",
          "CLOCKS_WORSE_THAN_DECLARED",
          "CORE_OLDER_TERM_COMMITTED_BY_COUNTING",
          "CORE_OLD_VOTES_COUNTED",
          "CORE_NO_CHECK_QUORUM",
          "CORE_PERSISTED_BY_INDEX",
          "CORE_REFUSED_TAKEN_LATER",
          "CORE_COMPACTED_PAST_UNNOTICED",
          "CORE_OLD_SNAPSHOT_INSTALLED",
          "CORE_SNAPSHOT_KEEPS_CONFLICTING_TAIL",
          "CORE_REFUSED_NODE_TAKEN_IN_AS_VOTER",
          "CORE_LEARNERS_ACKNOWLEDGEMENTS_COUNT",
          "CORE_FORGOTTEN_LOG_NOT_VOTED_BY",
          "CORE_LEASE_KEPT_IN_TRANSFER",
          "CORE_LEASE_OF_A_MINORITY",
          "CORE_LEASE_IGNORES_DRIFT",
          "CORE_RESTS_BEFORE_ALL_HOLD_THE_LOG",
          "CORE_RESTING_FOLLOWER_KEEPS_ITS_TIMER");

  private static List<Specimen> hunted() {
    List<Specimen> all = Specimen.all();
    if (HUNT_ALL) {
      return all;
    }
    List<Specimen> common = all.stream().filter(bug -> !RARE.contains(bug.name())).toList();
    int first = Integer.getInteger("zoo.first", (int) (System.currentTimeMillis() % common.size()));
    System.out.println("zoo: " + BUGS_PER_BUILD + " bugs from -Dzoo.first=" + first);
    return IntStream.range(first, first + BUGS_PER_BUILD)
        .mapToObj(i -> common.get(i % common.size()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("hunted")
  void isFound(Specimen bug) {
    assertThat(new Hunt(bug.runner().get(), 1, SEEDS_MAX, Extent.FULL).run(1))
        .as("%s: %s", bug.name(), bug.explanation())
        .isPresent()
        .hasValueSatisfying(
            found ->
                System.out.println(
                    bug.name() + " is found by seed " + found.seed() + " as " + found.property()));
  }

  @Test
  void everyPatchStillApplies() {
    List<String> broken = new ArrayList<>();
    for (CoreBug bug : CoreBug.all()) {
      try {
        assertThat(Sources.patched(bug)).isNotEmpty();
      } catch (IllegalStateException e) {
        broken.add(bug.name() + ": " + e.getMessage());
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void namesAreTakenOnce() {
    List<String> names = Specimen.all().stream().map(Specimen::name).toList();
    assertThat(names).hasSameSizeAs(new TreeSet<>(names)).containsAll(RARE);
  }

  @Test
  void theCoreItselfPassesWhereItsBugsAreFound() {
    SeedRunner healthy = PatchedCore.with(new CoreBug("NONE", "nothing is changed", List.of()));
    for (long seed = 1; seed <= 10; seed++) {
      assertThat(healthy.run(seed, Extent.FULL)).isEmpty();
    }
  }
}
