package io.balsa.raft.protocol;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;

/**
 * The protocol's settings. Times are in nanoseconds of the driver's monotonic clock.
 *
 * @param electionTimeoutNanos a follower that hears nothing for between one and two of these starts an election
 * @param heartbeatIntervalNanos how often a leader is heard at least
 * @param appendEntriesMax entries in one {@link Send.Append}
 * @param inflightAppendsMax appends on their way to one follower before the leader waits
 * @param uncommittedBytesMax proposals are rejected as OVERLOADED while more than this waits for its commit
 * @param commandBytesMax proposals larger than this are rejected as TOO_LARGE
 */
public record CoreConfig(
    NodeId self,
    GroupId group,
    long electionTimeoutNanos,
    long heartbeatIntervalNanos,
    int appendEntriesMax,
    int inflightAppendsMax,
    long uncommittedBytesMax,
    int commandBytesMax) {
  public CoreConfig {
    Invariant.check(heartbeatIntervalNanos > 0, "heartbeat interval %d ns", heartbeatIntervalNanos);
    Invariant.check(
        electionTimeoutNanos >= 2 * heartbeatIntervalNanos,
        "election timeout %d ns with a heartbeat every %d ns",
        electionTimeoutNanos,
        heartbeatIntervalNanos);
    Invariant.check(appendEntriesMax > 0, "appendEntriesMax %d", appendEntriesMax);
    Invariant.check(inflightAppendsMax > 0, "inflightAppendsMax %d", inflightAppendsMax);
  }
}
