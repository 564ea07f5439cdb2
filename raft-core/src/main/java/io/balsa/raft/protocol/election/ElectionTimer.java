package io.balsa.raft.protocol.election;

import io.balsa.raft.model.NodeId;
import java.util.Optional;
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

  /** The last leader, if its process is known to be gone: then don't wait for its silence, nor for its vote. */
  private Optional<NodeId> goneLeader = Optional.empty();

  /**
   * @param hurryNanos how long to wait between tries when there is certainly no leader any more
   */
  public ElectionTimer(long timeoutNanos, long hurryNanos, long seed, long now) {
    this.timeoutNanos = timeoutNanos;
    this.hurryNanos = hurryNanos;
    this.random = new SplittableRandom(seed);
    restartFresh(now);
  }

  /** A leader that lives is heard within a heartbeat or two: a node that starts needn't wait for a full timeout. */
  public final void restartFresh(long now) {
    deadline = now + 2 * hurryNanos + random.nextLong(timeoutNanos);
  }

  /** Somebody who must answer didn't, and there is no leader to disturb. */
  public void restartSoon(long now) {
    deadline = now + hurryNanos + random.nextLong(hurryNanos);
  }

  public long deadline() {
    return deadline;
  }

  public boolean isDue(long now) {
    return now - deadline >= 0;
  }

  /** A leader was heard, or a vote was given. */
  public void restart(long now) {
    goneLeader = Optional.empty();
    deadline = now + timeoutNanos + random.nextLong(timeoutNanos);
  }

  /** An election timeout has passed already, for this node and for many at once: what is left to wait is the random part. */
  public void restartAfterSilence(long now) {
    goneLeader = Optional.empty();
    deadline = now + random.nextLong(timeoutNanos);
  }

  /** This node asks for pre-votes and will ask again if nothing comes of it. */
  public void restartForPreVote(long now) {
    if (goneLeader.isPresent()) {
      restartSoon(now);
    } else {
      restart(now);
    }
  }

  /** This node asks for votes, which wait for disks: give them a full timeout also in a hurry. */
  public void restartForVote(long now) {
    deadline = now + timeoutNanos + random.nextLong(timeoutNanos);
  }

  /** Others were asked for votes at the same time, and nobody won. In a hurry, don't wait for the timeout to say so. */
  public void onElectionLost(long now) {
    if (goneLeader.isPresent()) {
      restartForPreVote(now);
    }
  }

  /** Not before the time, and then not all at once. */
  public void waitUntil(long time) {
    deadline = time + random.nextLong(hurryNanos);
  }

  /** Nobody else could lead. */
  public void expire(long now) {
    deadline = now;
  }

  /** The leader's process is gone: try soon, and, as others may learn of it later, try again soon. */
  public void hurry(NodeId gone, long now) {
    goneLeader = Optional.of(gone);
    deadline = Math.min(deadline, now + random.nextLong(hurryNanos));
  }

  /** Who was taken for gone answers. It is waited for again, or those who need its vote would never get it. */
  public void onAnswer(NodeId from) {
    if (goneLeader.equals(Optional.of(from))) {
      goneLeader = Optional.empty();
    }
  }

  /** Who needn't be waited for: a vote is lost when it can't be won without this node's. */
  public Optional<NodeId> goneLeader() {
    return goneLeader;
  }
}
