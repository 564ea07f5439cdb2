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
 * @param onlyCaughtUpVoters refuse a new voter that isn't a learner yet, or lacks much of the log: a voter that has first to
 *     fetch it makes the next failure a loss of quorum
 */
public record MembershipChange(
    Optional<EntryId> expected,
    SortedSet<NodeId> voters,
    SortedSet<NodeId> learners,
    boolean onlyCaughtUpVoters) {
  public MembershipChange {
    Objects.requireNonNull(expected, "expected");
    Membership target = new Membership(voters, Collections.emptySortedSet(), learners);
    voters = target.voters();
    learners = target.learners();
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a membership without voters could never change again");
    }
  }
}
