package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.AppendAccepted;
import io.balsa.raft.message.Message.AppendRejected;
import io.balsa.raft.message.Message.AppendRequest;
import io.balsa.raft.message.Message.HeartbeatRequest;
import io.balsa.raft.message.Message.HeartbeatResponse;
import io.balsa.raft.message.Message.HostHeartbeat;
import io.balsa.raft.message.Message.InstallSnapshotRequest;
import io.balsa.raft.message.Message.InstallSnapshotResponse;
import io.balsa.raft.message.Message.PreVoteRequest;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.ProposeAccepted;
import io.balsa.raft.message.Message.ProposeRejected;
import io.balsa.raft.message.Message.ProposeRequest;
import io.balsa.raft.message.Message.ReadIndexRequest;
import io.balsa.raft.message.Message.ReadIndexResponse;
import io.balsa.raft.message.Message.TimeoutNow;
import io.balsa.raft.message.Message.VoteRequest;
import io.balsa.raft.message.Message.VoteResponse;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.RoleState.CandidateState;
import io.balsa.raft.protocol.RoleState.FollowerState;
import io.balsa.raft.protocol.RoleState.LeaderState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The Raft protocol as a deterministic state machine: same inputs, same seed, same outputs.
 *
 * <p>This class is the dispatch and the term check; the rules live with their knowledge: {@link Elections}, {@link
 * Following}, {@link Leading}, {@link Reconfiguring}, {@link HandingOver}, and the packages below. One thread at a time.
 */
public final class RaftCore {
  private final CoreState state;
  private final Roles roles;
  private final Quiescing quiescing;
  private final Elections elections;
  private final Following following;
  private final Leading leading;
  private final Reconfiguring reconfiguring;
  private final Introduction introduction;
  private final HandingOver handingOver;
  private final Input.Visitor<Void> onInput = new OnInput();

  private RaftCore(CoreState state, long seed) {
    this.state = state;
    this.roles = new Roles(state);
    this.introduction = new Introduction(state, state.isBlank(), seed);
    this.elections = new Elections(state, roles);
    this.quiescing = new Quiescing(state);
    this.following = new Following(state, roles, quiescing);
    this.leading = new Leading(state, roles, quiescing);
    this.reconfiguring = new Reconfiguring(state, roles, leading);
    this.handingOver = new HandingOver(state, roles);
  }

  /**
   * @param restored what the log store found; its base or a log entry holds the membership
   * @param appliedIndex the state machine already holds everything through this; at least the base
   * @param seed of the election timeouts, and of the name that a blank disk gives itself: another one at each start
   * @param nowNanos the driver's monotonic clock
   */
  public static RaftCore restore(
      CoreConfig config, RestoredState restored, long appliedIndex, long seed, long nowNanos) {
    return new RaftCore(new CoreState(config, restored, appliedIndex, seed, nowNanos), seed);
  }

  /** Feeds one input at the given time, which never goes back. Throws only when an invariant is broken. */
  public void step(long nowNanos, Input input) {
    Invariant.check(nowNanos - state.now >= 0, "time goes back from %d to %d", state.now, nowNanos);
    state.now = nowNanos;
    quiescing.beforeInput(input);
    input.accept(onInput);
    if (state.role instanceof LeaderState leader) {
      reconfiguring.goOn(leader);
    }
    if (state.role instanceof LeaderState leader) {
      handingOver.goOn(leader);
    }
  }

  /** Hands over everything owed since the last call. */
  public Ready takeReady() {
    if (state.role instanceof LeaderState leader) {
      leading.prepareReady(leader);
    } else if (state.role instanceof FollowerState follower) {
      following.prepareReady(follower);
    }
    Optional<PersistBatch> persist = Optional.empty();
    if (state.outbox.mustPersist()) {
      long persistId = state.writes.handOut(state.log.lastIndex(), state.now);
      persist = state.outbox.takeBatch(state.config.group(), persistId);
    }
    return state.outbox.takeReady(
        persist, state.writes.latestId(), state.writes.isEmpty(), takeApplyRange());
  }

  /**
   * Committed entries are handed out once they are durable here: a state machine is then never ahead of its own log, whatever
   * is lost in a crash (trap L9).
   */
  private Optional<ApplyRange> takeApplyRange() {
    long from = state.cursors.applyingIndex() + 1;
    long through = Math.min(state.cursors.commitIndex(), state.writes.persistedIndex());
    if (through < from) {
      return Optional.empty();
    }
    state.cursors.handOutThrough(through);
    return Optional.of(new ApplyRange(from, through));
  }

  /** When {@link Input.TimePassed} must be fed even if nothing else happens; {@link Long#MAX_VALUE} for never. */
  public long nextDeadline() {
    if (quiescing.rests()) {
      return Long.MAX_VALUE;
    }
    if (state.role instanceof LeaderState leader) {
      return Math.min(leading.nextDeadline(leader), handingOver.nextDeadline(leader));
    }
    long deadline = state.electionTimer.deadline();
    if (state.role instanceof FollowerState follower) {
      OptionalLong proposals = follower.proposals.nextDeadline();
      OptionalLong reads = follower.reads.nextDeadline();
      deadline = Math.min(deadline, proposals.orElse(deadline));
      deadline = Math.min(deadline, reads.orElse(deadline));
    }
    return deadline;
  }

  /**
   * The peers whose hosts must vouch for them while this node rests, in order: {@link Input.PeerSilent} is to be fed when one
   * doesn't any more. Nobody while it is awake.
   */
  public List<NodeId> reliesOn() {
    return quiescing.reliesOn();
  }

  /** Whether nothing is to happen here before the next input. */
  public boolean rests() {
    return quiescing.rests();
  }

  public Role role() {
    return state.role.role();
  }

  public long term() {
    return state.term();
  }

  /** The leader of the term, as far as this node knows. */
  public Optional<NodeId> leader() {
    return state.role.leader();
  }

  /** To whom this node is handing over leadership because it was asked to. */
  public Optional<NodeId> transferTarget() {
    return state.role instanceof LeaderState leader
        ? leader.transfer.map(RoleState.Transfer::target)
        : Optional.empty();
  }

  public long commitIndex() {
    return state.cursors.commitIndex();
  }

  public CoreStatus status() {
    SortedMap<NodeId, Long> matchIndex = new TreeMap<>();
    if (state.role instanceof LeaderState leader) {
      leader.progress.forEach((peer, progress) -> matchIndex.put(peer, progress.matchIndex()));
    }
    return new CoreStatus(
        state.self(),
        role(),
        introduction.standing(),
        state.term(),
        state.votedFor(),
        leader(),
        state.log.firstIndex(),
        state.log.last(),
        state.writes.persistedIndex(),
        state.cursors.commitIndex(),
        state.cursors.appliedIndex(),
        state.memberships.current(),
        matchIndex,
        quiescing.rests());
  }

  private void receive(NodeId from, Message message) {
    if (introduction.isPending() && !introduction.admits(from, message)) {
      return;
    }
    if (adoptsTerm(message) && message.term() > state.term()) {
      roles.becomeFollower(message.term(), Optional.empty());
    }
    message.accept(new OnMessage(from));
  }

  /**
   * "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (Figure 2). Except:
   * a pre-vote request only asks about a term, and a vote request may be ignored, term and all, while a leader is heard.
   */
  private static boolean adoptsTerm(Message message) {
    return !(message instanceof PreVoteRequest) && !(message instanceof VoteRequest);
  }

  private final class OnInput implements Input.Visitor<Void> {
    @Override
    public Void onTimePassed(Input.TimePassed input) {
      if (quiescing.rests()) {
        return null;
      }
      if (state.role instanceof LeaderState leader) {
        leading.onTimePassed(leader);
        handingOver.maybeGiveWay();
        return null;
      }
      if (state.role instanceof FollowerState follower) {
        following.onTimePassed(follower);
      }
      if (state.electionTimer.isDue(state.now)) {
        onElectionTimeout();
      }
      return null;
    }

    private void onElectionTimeout() {
      if (introduction.isPending()) {
        introduction.onTimeout();
      } else {
        elections.onTimeout();
      }
    }

    @Override
    public Void onReceived(Input.Received input) {
      receive(input.from(), input.message());
      return null;
    }

    @Override
    public Void onPropose(Input.Propose input) {
      if (state.role instanceof LeaderState leader) {
        leading.onPropose(leader, input);
      } else {
        following.onPropose(input);
      }
      return null;
    }

    @Override
    public Void onChangeMembership(Input.ChangeMembership input) {
      if (state.role instanceof LeaderState leader) {
        reconfiguring.onChangeMembership(leader, input);
      } else {
        Optional<NodeId> leader = state.role.leader();
        RejectReason reason = leader.isPresent() ? RejectReason.NOT_LEADER : RejectReason.NO_LEADER;
        state.outbox.reject(input.proposalId(), 1, reason, leader);
      }
      return null;
    }

    @Override
    public Void onReadBarrier(Input.ReadBarrier input) {
      if (state.role instanceof LeaderState leader) {
        leading.onReadBarrier(leader, input);
      } else {
        following.onReadBarrier(input.readId());
      }
      return null;
    }

    @Override
    public Void onTransferLeadership(Input.TransferLeadership input) {
      if (state.role instanceof LeaderState leader) {
        handingOver.onTransferLeadership(leader, input.target());
      }
      return null;
    }

    @Override
    public Void onPersisted(Input.Persisted input) {
      state.writes.onPersisted(input.persistId(), state.now);
      if (state.role instanceof LeaderState leader) {
        leading.onPersisted(leader);
      } else if (state.role instanceof CandidateState candidate) {
        elections.onPersisted(candidate, input.persistId());
      }
      return null;
    }

    @Override
    public Void onApplied(Input.Applied input) {
      state.cursors.appliedThrough(input.index());
      return null;
    }

    @Override
    public Void onSnapshotTaken(Input.SnapshotTaken input) {
      Invariant.check(
          input.compactThrough() <= input.appliedThrough(),
          "compacting through %d with a snapshot through %d",
          input.compactThrough(),
          input.appliedThrough());
      state.compactThrough(input.compactThrough());
      return null;
    }

    @Override
    public Void onSnapshotReceived(Input.SnapshotReceived input) {
      following.onSnapshotReceived(input.from(), input.meta());
      return null;
    }

    @Override
    public Void onSnapshotSent(Input.SnapshotSent input) {
      if (state.role instanceof LeaderState leader) {
        leading.onSnapshotSent(leader, input);
      }
      return null;
    }

    @Override
    public Void onSnapshotFailed(Input.SnapshotFailed input) {
      if (state.role instanceof LeaderState leader) {
        leading.onSnapshotFailed(leader, input.peer());
      }
      return null;
    }

    @Override
    public Void onPeerUnreachable(Input.PeerUnreachable input) {
      if (state.role instanceof LeaderState leader) {
        leading.onPeerUnreachable(leader, input.peer());
      } else {
        elections.onPeerUnreachable(input.peer());
      }
      return null;
    }

    @Override
    public Void onPeerSilent(Input.PeerSilent input) {
      return null; // only a node at rest relies on the peer, and it is awake by now
    }
  }

  /** By now the message's term is this node's or an older one; older ones are answered only where that helps. */
  private final class OnMessage implements Message.Visitor<Void> {
    private final NodeId from;

    OnMessage(NodeId from) {
      this.from = from;
    }

    private boolean isCurrent(Message message) {
      return message.term() == state.term();
    }

    /** The role, if this node leads and the message is of its term. */
    private Optional<LeaderState> leaderOf(Message message) {
      return isCurrent(message) && state.role instanceof LeaderState leader
          ? Optional.of(leader)
          : Optional.empty();
    }

    @Override
    public Void onPreVoteRequest(PreVoteRequest request) {
      elections.onPreVoteRequest(from, request);
      return null;
    }

    @Override
    public Void onPreVoteResponse(PreVoteResponse response) {
      elections.onPreVoteResponse(from, response);
      return null;
    }

    @Override
    public Void onVoteRequest(VoteRequest request) {
      elections.onVoteRequest(from, request);
      return null;
    }

    @Override
    public Void onVoteResponse(VoteResponse response) {
      if (isCurrent(response)) {
        elections.onVoteResponse(from, response);
      }
      return null;
    }

    @Override
    public Void onAppendRequest(AppendRequest request) {
      if (isCurrent(request)) {
        following.onAppendRequest(from, request);
      } else {
        following.correct(from);
      }
      return null;
    }

    @Override
    public Void onAppendAccepted(AppendAccepted response) {
      leaderOf(response).ifPresent(leader -> leading.onAppendAccepted(leader, from, response));
      return null;
    }

    @Override
    public Void onAppendRejected(AppendRejected response) {
      leaderOf(response).ifPresent(leader -> leading.onAppendRejected(leader, from, response));
      return null;
    }

    @Override
    public Void onHeartbeatRequest(HeartbeatRequest request) {
      if (isCurrent(request)) {
        following.onHeartbeatRequest(from, request);
      } else {
        following.correct(from);
      }
      return null;
    }

    @Override
    public Void onHeartbeatResponse(HeartbeatResponse response) {
      leaderOf(response).ifPresent(leader -> leading.onHeartbeatResponse(leader, from, response));
      return null;
    }

    @Override
    public Void onTimeoutNow(TimeoutNow request) {
      if (isCurrent(request)) {
        elections.onTimeoutNow(from, request);
      }
      return null;
    }

    @Override
    public Void onProposeRequest(ProposeRequest request) {
      Optional<LeaderState> leader = leaderOf(request);
      if (leader.isPresent()) {
        leading.onProposeRequest(leader.get(), from, request);
      } else if (!hasPerhapsLed(request.term())) {
        leading.refuse(from, request, RejectReason.NOT_LEADER);
      }
      return null;
    }

    /**
     * Whether this node may have been the request's leader, in this life or an earlier one: then the request may be a repeated
     * one that it has appended, and to refuse it would be a lie. Its sender gives up by itself, with an unknown outcome.
     */
    private boolean hasPerhapsLed(long term) {
      return term == state.term() && state.votedFor().equals(Optional.of(state.self()));
    }

    @Override
    public Void onProposeAccepted(ProposeAccepted response) {
      if (isCurrent(response)) {
        following.onProposeAccepted(response);
      }
      return null;
    }

    @Override
    public Void onProposeRejected(ProposeRejected response) {
      following.onProposeRejected(response);
      return null;
    }

    @Override
    public Void onReadIndexRequest(ReadIndexRequest request) {
      leaderOf(request).ifPresent(leader -> leading.onReadIndexRequest(leader, from, request));
      return null;
    }

    @Override
    public Void onReadIndexResponse(ReadIndexResponse response) {
      if (isCurrent(response)) {
        following.onReadIndexResponse(response);
      }
      return null;
    }

    @Override
    public Void onInstallSnapshotRequest(InstallSnapshotRequest request) {
      throw new AssertionError("snapshot chunks are the driver's");
    }

    @Override
    public Void onInstallSnapshotResponse(InstallSnapshotResponse response) {
      throw new AssertionError("snapshot chunks are the driver's");
    }

    @Override
    public Void onHostHeartbeat(HostHeartbeat heartbeat) {
      throw new AssertionError("what hosts tell each other is the driver's");
    }
  }
}
