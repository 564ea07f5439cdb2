package io.balsa.raft.protocol.membership;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** How one membership becomes another (paper §6, thesis §4.3). */
public final class MembershipRule {
  private MembershipRule() {}

  /**
   * The next step towards the target. Voters change through a joint membership, be it one or many: while it is in force
   * every decision needs both majorities, so old and new can't decide apart. Learners count in no quorum and change at once.
   *
   * @param current not joint
   */
  public static Membership firstStep(Membership current, MembershipChange change) {
    boolean sameVoters = current.voters().equals(change.voters());
    return new Membership(
        change.voters(),
        sameVoters ? Collections.emptySortedSet() : current.voters(),
        change.learners(),
        change.promotable());
  }

  /**
   * Makes voters of learners that were to become it, whatever else was asked of the others.
   *
   * @param current not joint
   * @param ready some of its promotable learners
   */
  public static Membership promote(Membership current, SortedSet<NodeId> ready) {
    return new Membership(
        union(current.voters(), ready),
        current.voters(),
        without(current.learners(), ready),
        without(current.promotable(), ready));
  }

  private static SortedSet<NodeId> union(SortedSet<NodeId> some, SortedSet<NodeId> more) {
    SortedSet<NodeId> all = new TreeSet<>(some);
    all.addAll(more);
    return all;
  }

  private static SortedSet<NodeId> without(SortedSet<NodeId> all, SortedSet<NodeId> some) {
    SortedSet<NodeId> rest = new TreeSet<>(all);
    rest.removeAll(some);
    return rest;
  }

  /** The outgoing voters are gone; those of them that are learners too are only that. */
  public static Membership leave(Membership joint) {
    return new Membership(
        joint.voters(), Collections.emptySortedSet(), joint.learners(), joint.promotable());
  }
}
