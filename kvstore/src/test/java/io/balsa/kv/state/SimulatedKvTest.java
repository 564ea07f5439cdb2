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
    SortedMap<Reached, Long> reached =
        FreshSeeds.pass(SEEDS, SimOptions.of(SimulatedKv.SUBJECT)).reached();
    if (Integer.getInteger("sim.seeds", SEEDS) >= SEEDS) {
      assertThat(reached.get(Reached.WRITE_COMMITTED)).isPositive();
      assertThat(reached.get(Reached.READ_SERVED)).isPositive();
      assertThat(reached.get(Reached.SNAPSHOT_INSTALLED)).isPositive();
    }
  }
}
