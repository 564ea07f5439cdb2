package io.balsa.kv.members;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What Raft's membership has to become so that it is the one that the list of members wants. Stateless.
 *
 * <p>A member that was added as a voter begins as a learner that Raft promotes by itself, once it has caught up: so one that
 * never starts, or has first to fetch gigabytes, costs the cluster no quorum. The list calls it a voter all the while, as it
 * does in etcd.
 */
final class MembershipPlan {
  private MembershipPlan() {}

  /**
   * The next change; empty if there is nothing to do, or nothing yet.
   *
   * @param id the entry that brought {@code current}
   * @param wanted the list, as it is at that entry or later
   */
  static Optional<MembershipChange> next(
      Membership current, EntryId id, Collection<Member> wanted) {
    if (wanted.isEmpty() || current.isJoint()) {
      return Optional.empty(); // The cluster isn't born yet; or Raft goes on by itself.
    }
    SortedSet<NodeId> all = nodes(wanted);
    SortedSet<NodeId> voters = new TreeSet<>(current.voters());
    voters.retainAll(all);
    if (voters.isEmpty()) {
      voters = current.voters(); // Until one of those that are to follow has caught up.
    }
    SortedSet<NodeId> learners = new TreeSet<>(all);
    learners.removeAll(voters);
    SortedSet<NodeId> promotable =
        nodes(wanted.stream().filter(member -> !member.getIsLearner()).toList());
    promotable.retainAll(learners);
    boolean isThere =
        current.voters().equals(voters)
            && current.learners().equals(learners)
            && current.promotable().equals(promotable);
    return isThere
        ? Optional.empty()
        : Optional.of(new MembershipChange(Optional.of(id), voters, learners, promotable, true));
  }

  private static SortedSet<NodeId> nodes(Collection<Member> members) {
    SortedSet<NodeId> nodes = new TreeSet<>();
    members.forEach(member -> nodes.add(new MemberId(member.getID()).toNodeId()));
    return nodes;
  }
}
