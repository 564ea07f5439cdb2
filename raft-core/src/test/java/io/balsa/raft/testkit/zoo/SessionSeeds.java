package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.SessionSubject;
import io.balsa.raft.testkit.simulator.SimOptions;
import java.util.Optional;

/** Seeds of the simulator whose clients have sessions. */
public final class SessionSeeds implements SeedRunner {
  private final SeedRunner seeds = new SimulatorSeeds(SimOptions.of(SessionSubject.SUBJECT));

  /** For {@link PatchedCore}. */
  public SessionSeeds() {}

  @Override
  public Optional<Finding> run(long seed) {
    return seeds.run(seed);
  }
}
