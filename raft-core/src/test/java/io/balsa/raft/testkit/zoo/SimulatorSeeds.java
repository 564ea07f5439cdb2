package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.PlantedBug;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimulationFailure;
import io.balsa.raft.testkit.simulator.Simulator;
import java.util.Optional;

/** Seeds of the simulator, against whichever core this class was loaded beside. */
public final class SimulatorSeeds implements SeedRunner {
  private final SimOptions<?> options;

  /** For {@link PatchedCore}. */
  public SimulatorSeeds() {
    this(SimOptions.DEFAULT);
  }

  SimulatorSeeds(SimOptions<?> options) {
    this.options = options;
  }

  static SeedRunner with(PlantedBug bug) {
    return new SimulatorSeeds(SimOptions.DEFAULT.withBug(bug));
  }

  @Override
  public Optional<Finding> run(long seed) {
    try {
      Simulator.run(seed, options);
      return Optional.empty();
    } catch (SimulationFailure failure) {
      return Optional.of(new Finding(seed, failure.property(), failure.toString()));
    }
  }
}
