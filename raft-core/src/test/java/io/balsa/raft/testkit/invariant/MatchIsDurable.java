package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.CoreStatus;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a leader takes a follower to hold, the follower holds on its platter, unless it is in a later term by now; and it only
 * grows while the leader leads and the follower stays a member (paper Figure 2, {@code matchIndex}).
 */
public final class MatchIsDurable implements Property {
  private record Known(
      long term, long incarnation, EntryId membership, Map<NodeId, Long> matchIndex) {}

  private static final Known NOTHING = new Known(0, 0, EntryId.ZERO, Map.of());

  private final ClusterView cluster;
  private final LostDisks lostDisks;
  private final Map<NodeId, Known> known = new TreeMap<>();

  MatchIsDurable(ClusterView cluster, LostDisks lostDisks) {
    this.cluster = cluster;
    this.lostDisks = lostDisks;
  }

  @Override
  public void onStepped(NodeView node) {
    CoreStatus status = node.status();
    if (status.role() != Role.LEADER) {
      return;
    }
    Known before = known.getOrDefault(node.id(), NOTHING);
    boolean sameLeadership =
        before.term() == status.term() && before.incarnation() == node.incarnation();
    if (sameLeadership && before.matchIndex().equals(status.matchIndex())) {
      return;
    }
    // Between two looks a member may have been removed and added again: nothing is known of it
    // then.
    EntryId membership = status.membership().id();
    boolean sameMembers = sameLeadership && before.membership().equals(membership);
    Map<NodeId, Long> floor = sameMembers ? before.matchIndex() : Map.of();
    status
        .matchIndex()
        .forEach((peer, index) -> check(node, peer, floor.getOrDefault(peer, 0L), index));
    known.put(
        node.id(), new Known(status.term(), node.incarnation(), membership, status.matchIndex()));
  }

  private void check(NodeView leader, NodeId peer, long before, long matchIndex) {
    Membership membership = leader.status().membership().membership();
    boolean counts = membership.isVoter(peer);
    if (!counts && lostDisks.hasLost(peer)) {
      return; // nobody is told when a learner loses its disk, because nobody counts on it
    }
    PropertyViolation.check(
        matchIndex >= before || !counts, // which is asked anew when it denies, perhaps long ago
        this,
        "%s took %s to hold %d, and now %d",
        leader.id(),
        peer,
        before,
        matchIndex);
    LogImage platter = lostDisks.platterOf(cluster.node(peer));
    Optional<EntryId> id = leader.cache().idAt(matchIndex);
    boolean holds =
        id.isEmpty()
            || platter.holdsCommitted(id.get())
            || platter.hardState().term() > leader.status().term();
    PropertyViolation.check(
        holds,
        this,
        "%s takes %s to hold %s, whose platter ends at %s in term %d",
        leader.id(),
        peer,
        id,
        platter.last(),
        platter.hardState().term());
  }
}
