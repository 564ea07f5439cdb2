package io.balsa.raft;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.Standing;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What an operator may see of a node.
 *
 * @param standing whether it takes part; see there what to do otherwise
 * @param membership the one in force here: the newest in the log, committed or not
 * @param membershipId the entry that brought it, for {@link io.balsa.raft.model.MembershipChange#expected}
 * @param matchIndex what each peer is known to hold; empty unless this node leads
 */
public record NodeStatus(
    NodeId self,
    GroupId group,
    Role role,
    Standing standing,
    long term,
    Optional<NodeId> leader,
    long firstIndex,
    long lastIndex,
    long commitIndex,
    long appliedIndex,
    Membership membership,
    EntryId membershipId,
    SortedMap<NodeId, Long> matchIndex) {

  public boolean isLeader() {
    return role == Role.LEADER;
  }
}
