package io.balsa.raft.protocol;

import io.balsa.raft.message.Message.PreVoteRequest;
import io.balsa.raft.message.Message.VoteRequest;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.RoleState.CandidateState;
import io.balsa.raft.protocol.RoleState.FollowerState;
import io.balsa.raft.protocol.RoleState.LeaderState;
import io.balsa.raft.protocol.read.ReadRounds;
import io.balsa.raft.protocol.replication.Progress;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The one place that changes role and term (Figure 4).
 *
 * <pre>
 *                timeout              majority                 majority
 *   FOLLOWER ───────────► PRE_CANDIDATE ───────► CANDIDATE ───────────► LEADER
 *      ▲                        │  lost              │ lost                │ no quorum
 *      └────────────────────────┴────────────────────┴─────────────────────┘
 *                          or a higher term, or another's leadership
 * </pre>
 */
final class Roles {
  private final CoreState state;

  Roles(CoreState state) {
    this.state = state;
  }

  /**
   * Follows in the given term, this one or a higher one.
   *
   * @param leader who leads it, if that is known
   */
  FollowerState becomeFollower(long term, Optional<NodeId> leader) {
    Invariant.check(term >= state.term(), "following in term %d after %d", term, state.term());
    boolean sameTerm = term == state.term();
    if (!sameTerm) {
      state.enterTerm(term);
    }
    if (sameTerm && state.role instanceof FollowerState follower) {
      leader.ifPresent(known -> follow(follower, known));
      return follower;
    }
    boolean wasLeader = state.role instanceof LeaderState;
    Invariant.check(
        !(wasLeader && sameTerm && leader.isPresent()),
        "two leaders in term %d: %s and %s",
        state.term(),
        state.self(),
        leader);
    leaveRole();
    FollowerState follower = new FollowerState(leader, state.config, state.now);
    state.role = follower;
    if (wasLeader) {
      state.electionTimer.restart(state.now);
    }
    return follower;
  }

  private void follow(FollowerState follower, NodeId leader) {
    Invariant.check(
        follower.leader().isEmpty() || follower.leader().get().equals(leader),
        "two leaders in term %d: %s and %s",
        state.term(),
        follower.leader(),
        leader);
    follower.follow(leader);
  }

  /** The leader's process is gone, by all appearances: whatever was asked of it stays open. */
  void loseLeader(FollowerState follower) {
    giveUpForwarded(follower);
    follower.loseLeader();
  }

  /** Asks whether an election could be won, before disturbing anyone with a higher term (thesis §9.6). */
  void becomePreCandidate() {
    leaveRole();
    CandidateState candidate = CandidateState.forPreVote(state.quorum(), neededByFirstElection());
    countOutTheGone(candidate);
    state.role = candidate;
    if (state.term() == 0) {
      state.electionTimer.restartSoon(state.now);
    } else {
      state.electionTimer.restartForPreVote(state.now);
    }
    candidate.tally.record(state.self(), true);
    if (candidate.tally.isWon()) {
      becomeCandidate(false);
      return;
    }
    PreVoteRequest request = new PreVoteRequest(state.term() + 1, state.log.last());
    for (NodeId peer : state.peers()) {
      if (state.membership().isVoter(peer)) {
        state.outbox.send(peer, request);
      }
    }
  }

  /**
   * "On conversion to candidate, start election: increment currentTerm, vote for self, reset election timer, send
   * RequestVote RPCs to all other servers" (Figure 2). The requests wait for this node's own vote to be durable, and the
   * vote itself counts only then: otherwise a candidate that crashes could win the same term twice, with different logs.
   */
  void becomeCandidate(boolean leadershipTransfer) {
    leaveRole();
    state.enterTerm(state.term() + 1);
    state.voteFor(state.self());
    CandidateState candidate = CandidateState.forVote(state.quorum(), state.writes.latestId() + 1);
    countOutTheGone(candidate);
    state.role = candidate;
    state.electionTimer.restartForVote(state.now);
    VoteRequest request = new VoteRequest(state.term(), state.log.last(), leadershipTransfer);
    for (NodeId peer : state.peers()) {
      if (state.membership().isVoter(peer)) {
        state.outbox.sendAfterPersist(peer, request);
      }
    }
  }

  /** Nobody leaves term 0 before all initial voters have been introduced; see {@link Introduction}. */
  private SortedSet<NodeId> neededByFirstElection() {
    return state.term() == 0 ? state.membership().voters() : Collections.emptySortedSet();
  }

  /** Without this, a vote that those who are left have split would stay open for as long as the dead don't answer. */
  private void countOutTheGone(CandidateState candidate) {
    state.electionTimer.goneLeader().ifPresent(gone -> candidate.tally.record(gone, false));
  }

  /** "nextIndex[]: initialized to leader last log index + 1" (Figure 2), then a no-op of the new term (paper §8). */
  void becomeLeader() {
    leaveRole();
    EntryId noop = new EntryId(state.term(), state.log.lastIndex() + 1);
    LeaderState leader =
        new LeaderState(
            state.self(), state.config, noop.index(), state.now, state.nextHeartbeatAt());
    for (NodeId peer : state.peers()) {
      leader.progress.put(
          peer, new Progress(noop.index(), state.config.inflightWindow(), state.now));
    }
    state.role = leader;
    state.append(Entry.noop(noop));
  }

  /** What waits for this role's end is told about it. */
  private void leaveRole() {
    if (state.role instanceof FollowerState follower) {
      giveUpForwarded(follower);
    } else if (state.role instanceof LeaderState leader) {
      for (ReadRounds.Waiter waiter : leader.reads.takeAll()) {
        if (waiter.follower().isEmpty()) {
          state.outbox.rejectRead(waiter.readId(), RejectReason.LEADER_CHANGED, Optional.empty());
        } // a follower asks again by itself
      }
    }
  }

  private void giveUpForwarded(FollowerState follower) {
    follower
        .proposals
        .takeAll()
        .forEach(range -> state.outbox.unknown(range.firstProposalId(), range.count()));
    follower
        .reads
        .takeAll()
        .forEach(
            readId ->
                state.outbox.rejectRead(readId, RejectReason.LEADER_CHANGED, Optional.empty()));
  }
}
