package io.balsa.raft.model;

import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;

/**
 * A membership to go to, whatever the number of members that come and go.
 *
 * @param expected the membership that this change was made for, by its entry's id: refused when another is in force
 *     meanwhile, so that two operators can't race; empty to change whatever there is
 * @param voters all that are to vote
 * @param learners all that are to receive the log without voting
 * @param promotable those of the learners that are to become voters by themselves as soon as they have caught up: whichever
 *     leader finds that so makes voters of all that are ready, by a change of its own. A learner that a later change doesn't
 *     name here is promoted no more. A voter may be made a learner and named here in one change, to catch up with another disk
 * @param onlyCaughtUpVoters refuse a new voter that isn't a learner yet, or lacks much of the log: a voter that has first to
 *     fetch it makes the next failure a loss of quorum
 */
public record MembershipChange(
    Optional<EntryId> expected,
    SortedSet<NodeId> voters,
    SortedSet<NodeId> learners,
    SortedSet<NodeId> promotable,
    boolean onlyCaughtUpVoters) {
  /** A change after which no learner is promoted by itself. */
  public MembershipChange(
      Optional<EntryId> expected,
      SortedSet<NodeId> voters,
      SortedSet<NodeId> learners,
      boolean onlyCaughtUpVoters) {
    this(expected, voters, learners, Collections.emptySortedSet(), onlyCaughtUpVoters);
  }

  public MembershipChange {
    Objects.requireNonNull(expected, "expected");
    if (!learners.containsAll(promotable)) {
      throw new IllegalArgumentException("only a learner can be promoted: " + promotable);
    }
    Membership target = new Membership(voters, Collections.emptySortedSet(), learners, promotable);
    voters = target.voters();
    learners = target.learners();
    promotable = target.promotable();
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a membership without voters could never change again");
    }
  }
}
