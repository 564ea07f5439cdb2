package io.balsa.raft.testkit.simulator;

import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.Optional;

/** A run that failed: what was broken, the last events before it, and how to see it again. */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final long seed;
  private final String property;

  SimulationFailure(long seed, Optional<PlantedBug> bug, Throwable cause, String context) {
    super(
        "seed "
            + seed
            + ": "
            + (cause instanceof PropertyViolation ? cause.getMessage() : cause.toString())
            + "\n"
            + context
            + "\nseed "
            + seed
            + ": "
            + (cause instanceof PropertyViolation ? cause.getMessage() : cause.toString())
            + "\nAgain: ./mvnw -pl raft-core test -Dtest=SimulatorTest#freshSeedsPass -Dsim.seeds=1 -Dsim.first="
            + seed
            + bug.map(planted -> " -Dsim.bug=" + planted).orElse(""),
        cause);
    this.seed = seed;
    this.property =
        cause instanceof PropertyViolation violation
            ? violation.property()
            : cause.getClass().getSimpleName();
  }

  public long seed() {
    return seed;
  }

  /** The broken property's name, or the class of what was thrown. */
  public String property() {
    return property;
  }
}
