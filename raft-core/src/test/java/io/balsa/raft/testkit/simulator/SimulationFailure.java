package io.balsa.raft.testkit.simulator;

import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A run that failed: what was broken, and the last events before it. */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient SeedRunner.Finding finding;

  private SimulationFailure(SeedRunner.Finding finding, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.finding = finding;
  }

  /**
   * @param events the last ones, and how all nodes ended
   */
  static SimulationFailure of(
      long seed, Extent extent, Throwable cause, String events, SortedSet<String> on, int clients) {
    String property =
        cause instanceof PropertyViolation violation
            ? violation.property()
            : cause.getClass().getSimpleName();
    String broken = cause instanceof PropertyViolation ? cause.getMessage() : cause.toString();
    String line = "seed " + seed + ": " + broken;
    String story = line + "\n" + events + "\n" + line;
    return new SimulationFailure(
        new SeedRunner.Finding(seed, extent, property, story, on, clients), story, cause);
  }

  /** The failure in a smaller extent, with a word on how to see it again. */
  SimulationFailure shrunkTo(SeedRunner.Finding smallest, String again) {
    return new SimulationFailure(smallest, smallest.story() + "\n" + again, getCause());
  }

  public SeedRunner.Finding finding() {
    return finding;
  }

  public long seed() {
    return finding.seed();
  }

  /** The broken property's name, or the class of what was thrown. */
  public String property() {
    return finding.property();
  }
}
