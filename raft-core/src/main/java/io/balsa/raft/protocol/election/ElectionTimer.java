package io.balsa.raft.protocol.election;

import java.util.SplittableRandom;

/**
 * When this node loses patience: a random time between one and two election timeouts after the last sign of a leader, so
 * that rarely two nodes do at once (paper §5.2).
 */
public final class ElectionTimer {
  private final long timeoutNanos;
  private final long hurryNanos;
  private final SplittableRandom random;

  private long deadline;

  /** The leader's process is known to be gone: don't wait for its silence to tell. */
  private boolean hurry;

  /**
   * @param hurryNanos how long to wait between tries when there is certainly no leader any more
   */
  public ElectionTimer(long timeoutNanos, long hurryNanos, long seed, long now) {
    this.timeoutNanos = timeoutNanos;
    this.hurryNanos = hurryNanos;
    this.random = new SplittableRandom(seed);
    // A leader that lives is heard within a heartbeat or two: a node that starts needn't wait for a
    // full timeout.
    this.deadline = now + 2 * hurryNanos + random.nextLong(timeoutNanos);
  }

  public long deadline() {
    return deadline;
  }

  public boolean isDue(long now) {
    return now - deadline >= 0;
  }

  /** A leader was heard, or a vote was given. */
  public void restart(long now) {
    hurry = false;
    deadline = now + timeoutNanos + random.nextLong(timeoutNanos);
  }

  /** This node asks for pre-votes and will ask again if nothing comes of it. */
  public void restartForPreVote(long now) {
    if (hurry) {
      deadline = now + hurryNanos + random.nextLong(hurryNanos);
    } else {
      restart(now);
    }
  }

  /** Nobody else could lead. */
  public void expire(long now) {
    deadline = now;
  }

  /** The leader's process is gone: try soon, and, as others may learn of it later, try again soon. */
  public void hurry(long now) {
    hurry = true;
    deadline = Math.min(deadline, now + random.nextLong(hurryNanos));
  }
}
