package io.balsa.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.readme.EmbeddingExample.Counter;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.testkit.simulator.FreshSeeds;
import io.balsa.raft.testkit.simulator.Reached;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimSubject;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The counter of the README, in simulated clusters. README.md shows what stands between the markers. */
class CounterSimulationTest {

  // example:simulation
  /** What the clusters replicate, what their clients propose, and what a read sees. */
  static final SimSubject<Counter> COUNTER =
      new SimSubject<>() {
        @Override
        public Counter create() {
          return new Counter();
        }

        @Override
        public Bytes command(SplittableRandom random, long number) {
          return Bytes.ofLong(number); // no two commands may be the same
        }

        @Override
        public Object observe(Counter counter, long number) {
          return counter.value;
        }
      };

  @Test
  void theCounterSurvivesFiftyClusters() {
    FreshSeeds.pass(50, SimOptions.of(COUNTER));
  }

  // example:end

  @Test
  void theClustersDoSomething() {
    long committed =
        FreshSeeds.pass(3, SimOptions.of(COUNTER))
            .reached()
            .getOrDefault(Reached.WRITE_COMMITTED, 0L);
    assertThat(committed).isPositive();
  }
}
