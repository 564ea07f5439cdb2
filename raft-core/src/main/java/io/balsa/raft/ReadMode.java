package io.balsa.raft;

/** What a query may see. */
public enum ReadMode {
  /** Everything that was committed when the query was made: the leader confirms that it still leads (thesis §6.4). */
  LINEARIZABLE,
  /**
   * As {@link #LINEARIZABLE}, but a leader answers at once for as long as it holds a lease (thesis §6.4.1): as current as
   * that while no clock drifts by more than {@link RaftConfig#leaseClockDriftPpm}. Without a lease, and at followers, it is
   * confirmed like a linearizable one.
   */
  LEASE,
  /** What this node has applied: fast, possibly old, never something that wasn't. */
  LOCAL
}
