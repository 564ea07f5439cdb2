package io.balsa.raft.protocol;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.replication.InflightWindow;

/**
 * The protocol's settings. Times are in nanoseconds of the driver's monotonic clock.
 *
 * @param electionTimeoutNanos a follower that hears nothing for between one and two of these starts an election
 * @param heartbeatIntervalNanos how often a leader is heard at least
 * @param appendEntriesMax entries in one {@link Send.Append}
 * @param appendBytesMax about how many bytes of entries in one {@link Send.Append}, unless a single one is larger
 * @param inflightAppendsMax appends on their way to one follower before the leader waits
 * @param inflightBytesMax about how many bytes of entries on their way to one follower before the leader waits
 * @param uncommittedBytesMax proposals are rejected as OVERLOADED while more than this waits for its commit, or
 *     for the leader's own disk
 * @param commandBytesMax proposals larger than this are rejected as TOO_LARGE
 * @param leaseClockDriftPpm by how many parts per million a node's clock may run faster or slower than true time, which
 *     lease reads rely on; 0 switches them off. The same on all members
 * @param quiesceAfterNanos a group in which nothing happens for so long stops its heartbeats and timers until something does; 0
 *     for never
 */
public record CoreConfig(
    NodeId self,
    GroupId group,
    long electionTimeoutNanos,
    long heartbeatIntervalNanos,
    int appendEntriesMax,
    long appendBytesMax,
    int inflightAppendsMax,
    long inflightBytesMax,
    long uncommittedBytesMax,
    int commandBytesMax,
    int leaseClockDriftPpm,
    long quiesceAfterNanos) {
  /** A clock worse than this, by a tenth, is a broken one. */
  public static final int LEASE_CLOCK_DRIFT_PPM_MAX = 100_000;

  public CoreConfig {
    Invariant.check(heartbeatIntervalNanos > 0, "heartbeat interval %d ns", heartbeatIntervalNanos);
    Invariant.check(
        electionTimeoutNanos >= 2 * heartbeatIntervalNanos,
        "election timeout %d ns with a heartbeat every %d ns",
        electionTimeoutNanos,
        heartbeatIntervalNanos);
    Invariant.check(appendEntriesMax > 0, "appendEntriesMax %d", appendEntriesMax);
    Invariant.check(appendBytesMax > 0, "appendBytesMax %d", appendBytesMax);
    Invariant.check(inflightAppendsMax > 0, "inflightAppendsMax %d", inflightAppendsMax);
    Invariant.check(inflightBytesMax > 0, "inflightBytesMax %d", inflightBytesMax);
    Invariant.check(
        0 <= leaseClockDriftPpm && leaseClockDriftPpm <= LEASE_CLOCK_DRIFT_PPM_MAX,
        "leaseClockDriftPpm %d",
        leaseClockDriftPpm);
    Invariant.check(quiesceAfterNanos >= 0, "quiesceAfterNanos %d", quiesceAfterNanos);
  }

  /** Whether leaders may answer reads by a lease. */
  public boolean hasLeases() {
    return leaseClockDriftPpm > 0;
  }

  InflightWindow inflightWindow() {
    return new InflightWindow(inflightAppendsMax, inflightBytesMax);
  }
}
