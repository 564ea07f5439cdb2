package io.balsa.raft.protocol.membership;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import java.util.Collections;

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
        change.learners());
  }

  /** The outgoing voters are gone; those of them that are learners too are only that. */
  public static Membership leave(Membership joint) {
    return new Membership(joint.voters(), Collections.emptySortedSet(), joint.learners());
  }
}
