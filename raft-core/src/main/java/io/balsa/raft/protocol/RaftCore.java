package io.balsa.raft.protocol;

import io.balsa.raft.model.RestoredState;

/** The Raft protocol as a deterministic state machine: same inputs, same seed, same outputs. */
public final class RaftCore {

  private RaftCore() {}

  /**
   * @param restored what the log store found; its base or a log entry holds the membership
   * @param appliedIndex the state machine already holds everything through this; at least the base
   * @param seed of the election timeouts
   * @param nowNanos the driver's monotonic clock
   */
  public static RaftCore restore(
      CoreConfig config, RestoredState restored, long appliedIndex, long seed, long nowNanos) {
    throw new AssertionError("not here yet");
  }

  /** Feeds one input at the given time, which never goes back. Throws only when an invariant is broken. */
  public void step(long nowNanos, Input input) {
    throw new AssertionError("not here yet");
  }

  /** Hands over everything owed since the last call. */
  public Ready takeReady() {
    throw new AssertionError("not here yet");
  }

  /** When {@link Input.TimePassed} must be fed even if nothing else happens. */
  public long nextDeadline() {
    throw new AssertionError("not here yet");
  }

  public CoreStatus status() {
    throw new AssertionError("not here yet");
  }
}
