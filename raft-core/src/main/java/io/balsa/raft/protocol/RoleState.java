package io.balsa.raft.protocol;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.election.VoteTally;
import io.balsa.raft.protocol.proposal.ForwardedProposals;
import io.balsa.raft.protocol.proposal.UncommittedBytes;
import io.balsa.raft.protocol.quorum.JointQuorum;
import io.balsa.raft.protocol.read.ForwardedReads;
import io.balsa.raft.protocol.read.LeaderLease;
import io.balsa.raft.protocol.read.ReadRounds;
import io.balsa.raft.protocol.replication.Progress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a node knows only because of its role: it comes and goes with the role. */
sealed interface RoleState {
  Role role();

  /** The leader of the term, as far as this node knows. */
  Optional<NodeId> leader();

  /** Follows a leader, or waits for one. */
  final class FollowerState implements RoleState {
    private Optional<NodeId> leader;

    /** When the leader was last heard; meaningless without a leader. */
    long leaderHeardAt;

    /** The leader isn't waited for: its host vouches for it. See {@link Quiescing}. */
    boolean rests;

    final ForwardedProposals proposals;
    final ForwardedReads reads;

    FollowerState(Optional<NodeId> leader, CoreConfig config, long now) {
      this.leader = leader;
      this.leaderHeardAt = now;
      this.proposals = new ForwardedProposals(5 * config.electionTimeoutNanos());
      this.reads = new ForwardedReads(config.electionTimeoutNanos() / 2);
    }

    @Override
    public Role role() {
      return Role.FOLLOWER;
    }

    @Override
    public Optional<NodeId> leader() {
      return leader;
    }

    void follow(NodeId newLeader) {
      leader = Optional.of(newLeader);
    }

    void loseLeader() {
      leader = Optional.empty();
    }
  }

  /** Asks for votes: for pre-votes first, which bind nobody. */
  final class CandidateState implements RoleState {
    final boolean preVote;
    final VoteTally tally;

    /** The write that makes this node's own vote durable. */
    final long ownVotePersistId;

    private CandidateState(boolean preVote, VoteTally tally, long ownVotePersistId) {
      this.preVote = preVote;
      this.tally = tally;
      this.ownVotePersistId = ownVotePersistId;
    }

    /**
     * @param needed whose yes is needed beside a quorum's
     */
    static CandidateState forPreVote(JointQuorum quorum, SortedSet<NodeId> needed) {
      return new CandidateState(true, new VoteTally(quorum, needed), 0);
    }

    static CandidateState forVote(JointQuorum quorum, long ownVotePersistId) {
      return new CandidateState(false, new VoteTally(quorum), ownVotePersistId);
    }

    @Override
    public Role role() {
      return preVote ? Role.PRE_CANDIDATE : Role.CANDIDATE;
    }

    @Override
    public Optional<NodeId> leader() {
      return Optional.empty();
    }
  }

  /** Leads the term. */
  final class LeaderState implements RoleState {
    private final NodeId self;

    /** What is known of each other member, and of those that left and may not know it yet. */
    final Map<NodeId, Progress> progress = new TreeMap<>();

    /** Until when a former member is still sent the log, so that it learns that it is none any more. */
    final Map<NodeId, Departure> departures = new TreeMap<>();

    final ReadRounds reads = new ReadRounds();

    /** What blank learners ask, until the membership is committed that makes learners of them: see {@link Introduction}. */
    final Map<NodeId, Long> readsOfNewcomers = new TreeMap<>();

    final LeaderLease lease;
    final UncommittedBytes uncommitted;

    /** The newest proposal id taken from each follower in this term: anything up to it is a repetition. */
    final Map<NodeId, Long> proposalsTaken = new TreeMap<>();

    /** The no-op of this term: once committed, this node knows everything that is (paper §8). */
    final long firstIndexOfTerm;

    long heartbeatAt;

    final LeaderRest rest;

    /** To whom leadership is being handed over, and until when that is tried. */
    Optional<Transfer> transfer = Optional.empty();

    LeaderState(NodeId self, CoreConfig config, long firstIndexOfTerm, long now, long heartbeatAt) {
      this.self = self;
      this.lease = new LeaderLease(config.electionTimeoutNanos(), config.leaseClockDriftPpm());
      this.uncommitted = new UncommittedBytes(config.uncommittedBytesMax());
      this.firstIndexOfTerm = firstIndexOfTerm;
      this.heartbeatAt = heartbeatAt;
      this.rest = new LeaderRest(now);
    }

    @Override
    public Role role() {
      return Role.LEADER;
    }

    @Override
    public Optional<NodeId> leader() {
      return Optional.of(self);
    }
  }

  /** How far a leader is on the way to rest: see {@link Quiescing}. */
  final class LeaderRest {
    /** When something last happened that concerns the whole group. */
    long activeAt;

    /** Who said that it rests since then. */
    final Set<NodeId> agreed = new TreeSet<>();

    /** All have, and this node does, too: no heartbeats are sent, and none are missed. */
    boolean rests;

    /** Whose hosts don't vouch for them any more since this node rests. */
    final Set<NodeId> silent = new TreeSet<>();

    /** This node has just been woken: all are to hear of it. */
    boolean owesHeartbeat;

    LeaderRest(long now) {
      this.activeAt = now;
    }
  }

  /** A former member hears of everything through the index, or of nothing more after the given time. */
  record Departure(long throughIndex, long giveUpAt) {}

  /** A handover that is under way. */
  record Transfer(NodeId target, long giveUpAt, boolean timeoutNowSent) {}
}
