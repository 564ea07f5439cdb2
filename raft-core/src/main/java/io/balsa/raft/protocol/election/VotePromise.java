package io.balsa.raft.protocol.election;

import io.balsa.raft.model.NodeId;
import java.util.Optional;

/**
 * Until when this node has promised its leader to elect nobody else: neither another nor itself. Whatever it learns meanwhile,
 * also that the leader's process is gone; a leader's lease rests on it. Only where leases are switched on.
 */
public final class VotePromise {
  private final boolean leases;
  private final long electionTimeoutNanos;

  private Optional<NodeId> leader = Optional.empty();

  /** Invariant: never decreases. */
  private long until;

  /**
   * @param mayHavePromised before it restarted: nobody knows whom and how lately, so the promise begins again, to nobody
   */
  public VotePromise(boolean leases, long electionTimeoutNanos, boolean mayHavePromised, long now) {
    this.leases = leases;
    this.electionTimeoutNanos = electionTimeoutNanos;
    this.until = mayHavePromised ? now + electionTimeoutNanos : now;
  }

  /** The leader was heard, and will be answered. */
  public void make(NodeId heard, long now) {
    leader = Optional.of(heard);
    until = now + electionTimeoutNanos;
  }

  /** Whether electing the candidate now would break it. The leader itself has given up what it was promised if it asks. */
  public boolean forbids(NodeId candidate, long now) {
    return leases && now - until < 0 && !leader.equals(Optional.of(candidate));
  }

  /** When it is over; in the past if there is none. */
  public long until() {
    return until;
  }
}
