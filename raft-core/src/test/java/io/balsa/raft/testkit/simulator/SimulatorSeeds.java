package io.balsa.raft.testkit.simulator;

import java.util.Optional;

/** Seeds of the simulator, against whichever core this class was loaded beside. */
public final class SimulatorSeeds implements SeedRunner {
  private final SimOptions<?> options;

  /** A few registers: for a core that is loaded by a class loader of its own. */
  public SimulatorSeeds() {
    this(SimOptions.DEFAULT);
  }

  /**
   * @param options all but the extent
   */
  public SimulatorSeeds(SimOptions<?> options) {
    this.options = options;
  }

  @Override
  public Optional<Finding> run(long seed, Extent extent) {
    try {
      Simulator.run(seed, options.within(extent));
      return Optional.empty();
    } catch (SimulationFailure failure) {
      return Optional.of(failure.finding());
    }
  }
}
