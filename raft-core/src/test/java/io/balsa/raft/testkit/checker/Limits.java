package io.balsa.raft.testkit.checker;

import java.time.Duration;

/**
 * How far a search may go before the verdict is {@link Verdict.Unknown}. For an invalid history, up to half a minute more, but never
 * more than the time that is left, go into finding out why.
 *
 * @param time for all of a history
 * @param memoryBytes for what the search remembers: configurations and states
 */
public record Limits(Duration time, long memoryBytes) {
  public Limits {
    if (time.isNegative() || time.isZero() || memoryBytes < 1) {
      throw new IllegalArgumentException(
          "a search needs time and memory, not " + time + " and " + memoryBytes);
    }
  }

  /** That much time, and half of the heap. */
  public static Limits within(Duration time) {
    return new Limits(time, Runtime.getRuntime().maxMemory() / 2);
  }

  long nanos() {
    return time.compareTo(Duration.ofDays(365)) > 0
        ? Duration.ofDays(365).toNanos()
        : time.toNanos();
  }
}
