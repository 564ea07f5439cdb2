package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.simulator.FreshSeeds;
import io.balsa.raft.testkit.simulator.Reached;
import io.balsa.raft.testkit.simulator.SimOptions;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** Whole clusters of the store in virtual time, under faults. */
final class SimulatedKvTest {
  private static final int SEEDS = 20;

  @Test
  void freshSeedsPass() {
    FreshSeeds.pass(SEEDS, SimOptions.of(SimulatedKv.SUBJECT));
  }

  @Test
  void theFirstSeedsWriteReadAndInstallSnapshots() {
    SortedMap<Reached, Long> reached =
        FreshSeeds.passFirst(SEEDS / 2, SimOptions.of(SimulatedKv.SUBJECT)).reached();
    assertThat(reached)
        .containsKeys(Reached.WRITE_COMMITTED, Reached.READ_SERVED, Reached.SNAPSHOT_INSTALLED);
  }
}
