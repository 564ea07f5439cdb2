package io.balsa.raft.protocol;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.Standing;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A picture of a node for people, tests and drivers.
 *
 * @param standing whether it takes part
 * @param firstIndex the oldest index that the log still holds, or would hold
 * @param last the last entry, durable or not
 * @param persistedIndex the log is durable here through this
 * @param matchIndex of each peer, as the leader knows it; empty at others
 * @param rests nothing happens in the group: this node neither sends nor waits for heartbeats
 */
public record CoreStatus(
    NodeId self,
    Role role,
    Standing standing,
    long term,
    Optional<NodeId> votedFor,
    Optional<NodeId> leader,
    long firstIndex,
    EntryId last,
    long persistedIndex,
    long commitIndex,
    long appliedIndex,
    MembershipEntry membership,
    SortedMap<NodeId, Long> matchIndex,
    boolean rests) {}
