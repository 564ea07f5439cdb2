package io.balsa.raft.protocol;

import io.balsa.raft.message.Message.PreVoteRequest;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.TimeoutNow;
import io.balsa.raft.message.Message.VoteRequest;
import io.balsa.raft.message.Message.VoteResponse;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.RoleState.CandidateState;
import io.balsa.raft.protocol.RoleState.FollowerState;
import io.balsa.raft.protocol.RoleState.LeaderState;
import io.balsa.raft.protocol.election.VoteRule;
import java.util.Optional;

/** Elections, from both sides: asking for votes and giving them (paper §5.2; thesis §4.2.3, §9.6). */
final class Elections {
  private final CoreState state;
  private final Roles roles;

  Elections(CoreState state, Roles roles) {
    this.state = state;
    this.roles = roles;
  }

  /** The election timer ran out. */
  void onTimeout() {
    if (state.promise.forbids(state.self(), state.now)) {
      state.electionTimer.waitUntil(state.promise.until());
      return;
    }
    if (state.mayCampaign() && !state.diskHangs()) {
      roles.becomePreCandidate();
      return;
    }
    if (state.mayCampaign()) {
      giveUp(); // the others may well elect one of them meanwhile
    }
    state.electionTimer.restart(state.now); // a learner waits for a leader, however long
  }

  /** Goes on as a follower that knows no leader. */
  private void giveUp() {
    roles.loseLeader(roles.becomeFollower(state.term(), Optional.empty()));
  }

  /** Changes nothing here, neither term nor vote nor timer: it is only a question (trap V9). */
  void onPreVoteRequest(NodeId from, PreVoteRequest request) {
    boolean granted =
        request.term() > state.term()
            && VoteRule.isUpToDate(request.last(), state.votingLast())
            && !hearsALeaderOtherThan(from)
            && !state.promise.forbids(from, state.now);
    state.outbox.send(from, new PreVoteResponse(state.term(), request.term(), granted));
  }

  void onPreVoteResponse(NodeId from, PreVoteResponse response) {
    state.electionTimer.onAnswer(from);
    boolean answersThisRound = response.proposedTerm() == state.term() + 1;
    if (state.role instanceof CandidateState candidate && candidate.preVote && answersThisRound) {
      candidate.tally.record(from, response.granted());
      if (candidate.tally.isWon()) {
        roles.becomeCandidate(false);
      } else if (candidate.tally.isLost()) {
        roles.becomeFollower(state.term(), Optional.empty());
      }
    }
  }

  /**
   * "If a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it
   * does not update its term or grant its vote" (paper §6), unless that leader itself is handing over (thesis §4.2.3).
   */
  void onVoteRequest(NodeId from, VoteRequest request) {
    if (request.term() < state.term()) {
      state.outbox.sendAfterPersist(from, new VoteResponse(state.term(), false));
      return;
    }
    boolean bound = hearsALeaderOtherThan(from) || state.promise.forbids(from, state.now);
    if (bound && !request.leadershipTransfer()) {
      return;
    }
    if (request.term() > state.term()) {
      roles.becomeFollower(request.term(), Optional.empty());
    }
    boolean granted =
        VoteRule.isFree(state.votedFor(), from)
            && VoteRule.isUpToDate(request.last(), state.votingLast());
    if (granted) {
      state.voteFor(from);
      state.electionTimer.restart(state.now);
    }
    state.outbox.sendAfterPersist(from, new VoteResponse(state.term(), granted));
  }

  void onVoteResponse(NodeId from, VoteResponse response) {
    state.electionTimer.onAnswer(from);
    if (state.role instanceof CandidateState candidate && !candidate.preVote) {
      count(candidate, from, response.granted());
    }
  }

  /** A candidate's own vote is a vote once it can't be forgotten. */
  void onPersisted(CandidateState candidate, long persistId) {
    if (!candidate.preVote && persistId >= candidate.ownVotePersistId) {
      count(candidate, state.self(), true);
    }
  }

  private void count(CandidateState candidate, NodeId voter, boolean granted) {
    candidate.tally.record(voter, granted);
    if (candidate.tally.isWon()) {
      roles.becomeLeader();
    } else if (candidate.tally.isLost()) {
      roles.becomeFollower(state.term(), Optional.empty());
      state.electionTimer.onElectionLost(state.now);
    }
  }

  /** The leader hands over: this node asks for votes at once, and says why. */
  void onTimeoutNow(NodeId from, TimeoutNow request) {
    boolean fromOwnLeader =
        state.role instanceof FollowerState follower && follower.leader().equals(Optional.of(from));
    if (fromOwnLeader && state.isVoter() && state.remembersAll() && !state.diskHangs()) {
      roles.becomeCandidate(true);
    }
  }

  /**
   * The peer's process is gone. If it led, its silence needn't be waited for: the next election timeout comes within a
   * heartbeat. The hint may be wrong; pre-vote keeps it from doing harm.
   */
  void onPeerUnreachable(NodeId peer) {
    if (state.role instanceof FollowerState follower
        && follower.leader().equals(Optional.of(peer))) {
      roles.loseLeader(follower);
      state.electionTimer.hurry(peer, state.now);
    }
  }

  /**
   * Whether this node leads, or heard its leader within an election timeout. A leader that asks for votes has given itself
   * up, so it doesn't count against itself (trap V8).
   */
  private boolean hearsALeaderOtherThan(NodeId candidate) {
    if (state.role instanceof LeaderState) {
      return true; // check-quorum has it step down when it is one only in name
    }
    return state.role instanceof FollowerState follower
        && follower.leader().isPresent()
        && !follower.leader().get().equals(candidate)
        && state.now - follower.leaderHeardAt < state.config.electionTimeoutNanos();
  }
}
