package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.testkit.simulator.SeedRunner.Finding;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ShrinkTest {
  private static final SeedRunner BUGGY =
      new SimulatorSeeds(SimOptions.DEFAULT.withBug(PlantedBug.APPLIER_SKIPS_ENTRY));

  @Test
  void aSmallerRunBreaksTheSamePropertyAndIsTheSameRunAgain() {
    Finding found = first(BUGGY);

    Finding smallest = Shrink.smallest(BUGGY, found);

    assertThat(smallest.property()).isEqualTo(found.property());
    assertThat(smallest.seed()).isEqualTo(found.seed());
    assertThat(smallest.extent().faults()).isLessThan(found.extent().faults());
    assertThat(smallest.on()).hasSizeLessThan(found.on().size());
    // In every event that it tells, with its time.
    assertThat(BUGGY.run(smallest.seed(), smallest.extent())).contains(smallest);
  }

  @Test
  void whatMakesItFailIsKept() {
    SeedRunner needsCrashes =
        (seed, extent) ->
            extent.without().contains("crashes") || extent.faults().toSeconds() < 5
                ? Optional.of(new Finding(seed, extent, "Other", "", Swarm.switches(), 8))
                : Optional.of(new Finding(seed, extent, "Wanted", "", Swarm.switches(), 8));

    Finding smallest =
        Shrink.smallest(needsCrashes, needsCrashes.run(1, Extent.FULL).orElseThrow());

    assertThat(smallest.property()).isEqualTo("Wanted");
    assertThat(smallest.extent().faults()).hasSeconds(5);
    assertThat(smallest.extent().without()).doesNotContain("crashes").contains("churn", "pauses");
    assertThat(smallest.extent().clientsMax()).isEqualTo(1);
  }

  @Test
  void everyKindOfFaultCanBeLeftOut() {
    Extent nothing = Extent.FULL.without(Extent.switches());
    for (long seed = 1; seed <= 20; seed++) {
      SimReport report = Simulator.run(seed, SimOptions.DEFAULT.within(nothing));
      assertThat(report.reached())
          .containsEntry(Reached.CRASH, 0L)
          .containsEntry(Reached.PAUSE, 0L)
          .containsEntry(Reached.SPLIT, 0L)
          .containsEntry(Reached.DROP, 0L)
          .containsEntry(Reached.CHANGE_ACCEPTED, 0L);
    }
  }

  @Test
  void anUnknownKindIsRefused() {
    assertThatThrownBy(() -> Extent.FULL.without(List.of("floods")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "no kind of fault is called floods, only broken-state-machines, churn, ");
  }

  private static Finding first(SeedRunner runner) {
    return LongStream.rangeClosed(1, 100)
        .mapToObj(seed -> runner.run(seed, Extent.FULL))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow();
  }
}
