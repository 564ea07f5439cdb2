package io.balsa.raft.protocol;

import io.balsa.raft.message.Message.TimeoutNow;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.RoleState.Departure;
import io.balsa.raft.protocol.RoleState.LeaderState;
import io.balsa.raft.protocol.membership.MembershipRule;
import io.balsa.raft.protocol.replication.Progress;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A leader's part in changing the membership, by joint consensus (paper §6).
 *
 * <pre>
 *   C_old ── change ──► C_old,new ── committed: the leader goes on by itself ──► C_new
 *            accepted    both majorities                                          committed: finished
 * </pre>
 *
 * <p>A joint membership is left by whichever leader finds it committed, so a change that was begun is finished also when its
 * leader is lost; it is left once, because the entry that leaves it is in force as soon as it is appended. In the same way
 * whichever leader finds a promotable learner caught up begins the change that makes a voter of it.
 */
final class Reconfiguring {
  /** How far behind a learner may be to become a voter, at most: what a healthy follower has on its way. */
  private static final long CAUGHT_UP_ENTRIES_MAX = 1_000;

  private final CoreState state;
  private final Roles roles;
  private final Leading leading;

  Reconfiguring(CoreState state, Roles roles, Leading leading) {
    this.state = state;
    this.roles = roles;
    this.leading = leading;
  }

  void onChangeMembership(LeaderState leader, Input.ChangeMembership input) {
    Optional<RejectReason> refusal = refusalOf(leader, input.change());
    if (refusal.isPresent()) {
      state.outbox.reject(input.proposalId(), 1, refusal.get(), leader.leader());
      return;
    }
    Membership next = MembershipRule.firstStep(state.membership(), input.change());
    state.outbox.accept(input.proposalId(), 1, append(leader, next));
  }

  private Optional<RejectReason> refusalOf(LeaderState leader, MembershipChange change) {
    MembershipEntry current = state.memberships.current();
    Membership membership = current.membership();
    if (leader.transfer.isPresent()) {
      return Optional.of(RejectReason.LEADERSHIP_TRANSFER);
    }
    if (change.expected().isPresent() && !change.expected().get().equals(current.id())) {
      return Optional.of(RejectReason.OTHER_MEMBERSHIP);
    }
    // Not before an entry of this term is committed, nor while another change isn't: two leaders
    // could otherwise commit two
    // changes of the same membership by majorities that don't meet (raft-dev, July 2015; traps M1,
    // M2).
    boolean settled =
        state.cursors.commitIndex() >= leader.firstIndexOfTerm
            && current.id().index() <= state.cursors.commitIndex();
    if (!settled || membership.isJoint()) {
      return Optional.of(RejectReason.CHANGE_IN_PROGRESS);
    }
    boolean nothing =
        membership.voters().equals(change.voters())
            && membership.learners().equals(change.learners())
            && membership.promotable().equals(change.promotable());
    if (nothing) {
      return Optional.of(RejectReason.NOTHING_TO_CHANGE);
    }
    return addsLaggingVoter(leader, change)
        ? Optional.of(RejectReason.NOT_CAUGHT_UP)
        : Optional.empty();
  }

  private boolean addsLaggingVoter(LeaderState leader, MembershipChange change) {
    for (NodeId voter : change.voters()) {
      if (!state.membership().voters().contains(voter)) {
        Progress progress = leader.progress.get(voter);
        // The leader keeps track of one that is no member any more, to tell it so; but its disk may
        // be another one by now.
        boolean mayVote =
            progress != null
                && state.membership().contains(voter)
                && (change.onlyCaughtUpVoters()
                    ? isCaughtUp(leader, progress)
                    : hasTakenAnything(progress));
        if (!mayVote) {
          return true;
        }
      }
    }
    return false;
  }

  /** It lacks no more than one append can bring, and holds an entry of this term, so it is this leader's log that it holds. */
  private boolean isCaughtUp(LeaderState leader, Progress progress) {
    long lagMax = Math.min(state.config.appendEntriesMax(), CAUGHT_UP_ENTRIES_MAX);
    return progress.matchIndex() + lagMax >= state.log.lastIndex()
        && progress.matchIndex() >= leader.firstIndexOfTerm;
  }

  /** The learners that are to become voters, are able to, and were heard within an election timeout. */
  private SortedSet<NodeId> readyToVote(LeaderState leader) {
    SortedSet<NodeId> ready = new TreeSet<>();
    for (NodeId learner : state.membership().promotable()) {
      Progress progress = leader.progress.get(learner);
      boolean isReady =
          progress != null
              && isCaughtUp(leader, progress)
              && state.now - progress.contactAt() < state.config.electionTimeoutNanos();
      if (isReady) {
        ready.add(learner);
      }
    }
    return ready;
  }

  /** The least: a voter's disk is never blank, so that one that is can be told to have been lost; see {@link Introduction}. */
  private static boolean hasTakenAnything(Progress progress) {
    return progress.matchIndex() > 0;
  }

  private EntryId append(LeaderState leader, Membership membership) {
    EntryId id = new EntryId(state.term(), state.log.lastIndex() + 1);
    Membership before = state.membership();
    state.append(Entry.membership(id, membership));
    leader.lease.restart();
    SortedSet<NodeId> peers = state.peers();
    for (NodeId peer : peers) {
      leader.departures.remove(peer);
      boolean becomesLearner = membership.isMerelyLearner(peer) && !before.isMerelyLearner(peer);
      if (becomesLearner || !leader.progress.containsKey(peer)) {
        // Also one that was known as something else: from now on it may come with another disk.
        leader.progress.put(
            peer, new Progress(id.index(), state.config.inflightWindow(), state.now));
        leading.sendHeartbeat(leader, peer); // a learner with a blank disk waits for one
      } else if (before.isMerelyLearner(peer) && membership.isVoter(peer)) {
        leader.progress.get(peer).countFrom(id.index());
      }
    }
    long giveUpAt = state.now + 2 * state.config.electionTimeoutNanos();
    for (NodeId known : leader.progress.keySet()) {
      if (!peers.contains(known)) {
        leader.departures.putIfAbsent(known, new Departure(id.index(), giveUpAt));
      }
    }
    return id;
  }

  /** Goes on with whatever the last input made possible. */
  void goOn(LeaderState leader) {
    dismissDeparted(leader);
    MembershipEntry current = state.memberships.current();
    boolean settled =
        current.id().index() <= state.cursors.commitIndex()
            && state.cursors.commitIndex() >= leader.firstIndexOfTerm;
    if (settled && current.membership().isJoint()) {
      append(leader, MembershipRule.leave(current.membership()));
    } else if (settled && !state.isVoter()) {
      successor(leader, current.id().index()).ifPresent(this::handOver);
    } else if (settled && leader.transfer.isEmpty()) {
      promoteThoseReady(leader);
    }
  }

  /** All that are ready go together; those who follow go when this change is finished. */
  private void promoteThoseReady(LeaderState leader) {
    SortedSet<NodeId> ready = readyToVote(leader);
    if (!ready.isEmpty()) {
      append(leader, MembershipRule.promote(state.membership(), ready));
    }
  }

  /**
   * "The leader steps down (returns to follower state) once it has committed the C_new log entry" (paper §6), and has told
   * the member that has most of the log, so that this one leads at once.
   */
  private void handOver(NodeId heir) {
    state.outbox.sendAfterPersist(heir, new TimeoutNow(state.term()));
    roles.becomeFollower(state.term(), Optional.empty());
  }

  /** The voter that has most of the log, among those that hold the index and were told that it is committed. */
  private Optional<NodeId> successor(LeaderState leader, long committedIndex) {
    return leader.progress.entrySet().stream()
        .filter(entry -> state.membership().voters().contains(entry.getKey()))
        .filter(entry -> entry.getValue().commitSent() >= committedIndex)
        .filter(entry -> entry.getValue().matchIndex() >= committedIndex)
        .max(Comparator.comparingLong(entry -> entry.getValue().matchIndex()))
        .map(Map.Entry::getKey);
  }

  private void dismissDeparted(LeaderState leader) {
    Iterator<Map.Entry<NodeId, Departure>> departures = leader.departures.entrySet().iterator();
    while (departures.hasNext()) {
      Map.Entry<NodeId, Departure> entry = departures.next();
      Departure departure = entry.getValue();
      Progress progress = leader.progress.get(entry.getKey());
      boolean knows =
          progress == null
              || (progress.matchIndex() >= departure.throughIndex()
                  && progress.commitSent() >= departure.throughIndex());
      if (knows || state.now - departure.giveUpAt() >= 0) {
        leader.progress.remove(entry.getKey());
        departures.remove();
      }
    }
  }
}
