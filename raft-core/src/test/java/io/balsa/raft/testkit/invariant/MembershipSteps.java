package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.Ready;
import java.util.Optional;

/**
 * There are never two majorities that don't meet: each membership in a log follows from the one before by a step of joint
 * consensus (paper §6), and a leader takes the next step only when the one before is committed, and an entry of its own
 * term, too.
 */
public final class MembershipSteps implements Property {

  @Override
  public void onReady(NodeView node, Ready ready) {
    if (ready.persist().isEmpty()) {
      return;
    }
    PersistBatch batch = ready.persist().get();
    for (Entry entry : batch.entries()) {
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        check(node, before(node, batch, entry.index()), entry);
      }
    }
  }

  /** The membership that was in force before the entry of the batch; the cache is still the one before the batch. */
  private static MembershipEntry before(NodeView node, PersistBatch batch, long index) {
    Optional<MembershipEntry> newest = batch.resetTo().map(base -> base.membership());
    for (Entry entry : batch.entries()) {
      if (entry.kind() == EntryKind.MEMBERSHIP && entry.index() < index) {
        newest = Optional.of(new MembershipEntry(entry.id(), Membership.decode(entry.payload())));
      }
    }
    long kept = batch.entries().get(0).index() - 1;
    return newest.orElseGet(() -> node.cache().membershipAt(kept));
  }

  private void check(NodeView node, MembershipEntry before, Entry entry) {
    Membership next = Membership.decode(entry.payload());
    // A newcomer doesn't know the membership that a cluster was born with: no entry says it.
    boolean isStep =
        before.membership().equals(Membership.NONE) || isStep(before.membership(), next);
    PropertyViolation.check(
        isStep,
        this,
        "%s goes from %s to %s at %s",
        node.id(),
        before.membership(),
        next,
        entry.id());
    boolean appendedByLeader =
        node.status().role() == Role.LEADER && entry.term() == node.status().term();
    if (appendedByLeader) {
      checkSettled(node, before.id(), entry.id());
    }
  }

  /** Voters change only into and out of a joint membership that holds both; the learners change with any step. */
  private static boolean isStep(Membership before, Membership next) {
    if (before.isJoint()) {
      return !next.isJoint() && next.voters().equals(before.voters());
    }
    return next.isJoint()
        ? next.outgoingVoters().equals(before.voters())
        : next.voters().equals(before.voters());
  }

  private void checkSettled(NodeView node, EntryId before, EntryId next) {
    long commitIndex = node.status().commitIndex();
    PropertyViolation.check(
        before.index() <= commitIndex,
        this,
        "%s appends the membership of %s while that of %s isn't committed: commit %d",
        node.id(),
        next,
        before,
        commitIndex);
    boolean ownTerm =
        node.cache().idAt(commitIndex).filter(id -> id.term() == node.status().term()).isPresent();
    PropertyViolation.check(
        ownTerm,
        this,
        "%s appends the membership of %s before it has committed anything in its term",
        node.id(),
        next);
  }
}
