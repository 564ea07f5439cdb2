package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SeedRunner;
import io.balsa.raft.testkit.simulator.SessionSubject;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import java.util.Optional;

/** Seeds of the simulator whose clients have sessions. */
public final class SessionSeeds implements SeedRunner {
  private final SeedRunner seeds = new SimulatorSeeds(SimOptions.of(SessionSubject.SUBJECT));

  /** For {@link PatchedCore}. */
  public SessionSeeds() {}

  @Override
  public Optional<Finding> run(long seed, Extent extent) {
    return seeds.run(seed, extent);
  }
}
