package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.ProposalDecision;
import io.balsa.raft.protocol.Ready;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Counts what becomes of membership changes. */
final class ChangeWatch {
  private final World world;
  private final Map<NodeId, EntryId> inForce = new TreeMap<>();
  private final Set<NodeId> removed = new TreeSet<>();
  private MembershipEntry committed = new MembershipEntry(EntryId.ZERO, Membership.NONE);

  ChangeWatch(World world) {
    this.world = world;
  }

  /** Before the batch is in the cache. */
  void onReady(SimNode<?> node, Ready ready) {
    boolean leads = node.status().role() == Role.LEADER;
    if (!leads || ready.persist().isEmpty()) {
      return;
    }
    MembershipEntry before = node.cache().membershipAt(node.cache().lastIndex());
    for (Entry entry : ready.persist().get().entries()) {
      if (entry.kind() == EntryKind.MEMBERSHIP && entry.term() == node.status().term()) {
        countAppended(before, entry.id(), ready);
        before = new MembershipEntry(entry.id(), Membership.decode(entry.payload()));
      }
    }
  }

  private void countAppended(MembershipEntry before, EntryId next, Ready ready) {
    if (!before.membership().isJoint()) {
      world.reached(
          wasAskedFor(next, ready) ? Reached.CHANGE_ACCEPTED : Reached.LEARNER_PROMOTED_BY_ITSELF);
    } else if (before.id().term() != next.term()) {
      world.reached(Reached.JOINT_LEFT_BY_ANOTHER_LEADER);
    }
  }

  private static boolean wasAskedFor(EntryId change, Ready ready) {
    return ready.proposals().stream()
        .anyMatch(
            decision ->
                decision instanceof ProposalDecision.Accepted accepted
                    && accepted.first().equals(change));
  }

  void onStepped(SimNode<?> node) {
    EntryId now = node.status().membership().id();
    EntryId before = inForce.put(node.id(), now);
    boolean rolledBack =
        before != null
            && before.index() > node.cache().base().index()
            && !node.cache().holds(before);
    if (rolledBack) {
      world.reached(Reached.CHANGE_ROLLED_BACK);
    }
    world
        .invariants()
        .committed()
        .membership()
        .filter(newest -> newest.id().index() > committed.id().index())
        .ifPresent(newest -> countCommitted(node, newest));
  }

  private void countCommitted(SimNode<?> leader, MembershipEntry newest) {
    Membership before = committed.membership();
    Membership now = newest.membership();
    committed = newest;
    if (!now.isVoter(leader.id())) {
      world.reached(Reached.LEADER_REMOVED);
    }
    before.members().stream().filter(node -> !now.contains(node)).forEach(removed::add);
    for (NodeId node : now.members()) {
      if (removed.remove(node)) {
        world.reached(Reached.MEMBER_READDED);
      }
      if (before.learners().contains(node) && now.voters().contains(node)) {
        world.reached(Reached.LEARNER_PROMOTED);
      }
      if (before.isVoter(node) && !now.isVoter(node)) {
        world.reached(Reached.VOTER_DEMOTED);
      }
    }
  }
}
