package io.balsa.raft.testkit.simulator;

import io.balsa.raft.testkit.invariant.PropertyViolation;

/** A run that failed: what was broken, the last events before it, and how to see it again. */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** How the last line begins, which says how to see the run again. */
  public static final String AGAIN = "Again: examples/bin/simulate ";

  private final long seed;
  private final String property;

  SimulationFailure(long seed, SimOptions<?> options, Throwable cause, String context) {
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
            + "\n"
            + AGAIN
            + Workloads.argument(options.subject())
            + options.bug().map(planted -> "--bug " + planted + " ").orElse("")
            + (options.faults().equals(SimOptions.FAULTS)
                ? ""
                : "--seconds " + options.faults().toSeconds() + " ")
            + "--seed "
            + seed,
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
