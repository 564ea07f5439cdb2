package io.balsa.raft.driver;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreConfig;

/**
 * A host's settings as the driver needs them. Immutable.
 *
 * @param core what every group's core is set to; its group is replaced by the group's own
 * @param proposalTimeoutNanos after this an undecided proposal is reported as unknown
 * @param readTimeoutNanos after this an unconfirmed read fails
 * @param inboxBytesMax proposals and messages that may wait for the loop
 * @param entryCacheBytesMax durable entries of one group kept in memory
 * @param snapshotEveryEntries a snapshot is taken after this many applied entries
 * @param keepEntries entries kept behind a snapshot
 * @param snapshotChunkBytes the size of the pieces in which a snapshot travels
 */
public record DriverConfig(
    CoreConfig core,
    long proposalTimeoutNanos,
    long readTimeoutNanos,
    long inboxBytesMax,
    long entryCacheBytesMax,
    long snapshotEveryEntries,
    long keepEntries,
    int snapshotChunkBytes) {

  NodeId self() {
    return core.self();
  }

  CoreConfig coreOf(GroupId group) {
    return new CoreConfig(
        core.self(),
        group,
        core.electionTimeoutNanos(),
        core.heartbeatIntervalNanos(),
        core.appendEntriesMax(),
        core.appendBytesMax(),
        core.inflightAppendsMax(),
        core.inflightBytesMax(),
        core.uncommittedBytesMax(),
        core.commandBytesMax(),
        core.leaseClockDriftPpm(),
        core.quiesceAfterNanos());
  }
}
