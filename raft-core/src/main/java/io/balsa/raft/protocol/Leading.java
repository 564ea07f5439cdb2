package io.balsa.raft.protocol;

import io.balsa.raft.message.Message.AppendAccepted;
import io.balsa.raft.message.Message.AppendRejected;
import io.balsa.raft.message.Message.HeartbeatRequest;
import io.balsa.raft.message.Message.HeartbeatResponse;
import io.balsa.raft.message.Message.ProposeAccepted;
import io.balsa.raft.message.Message.ProposeRejected;
import io.balsa.raft.message.Message.ProposeRequest;
import io.balsa.raft.message.Message.ReadIndexRequest;
import io.balsa.raft.message.Message.ReadIndexResponse;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.RoleState.LeaderState;
import io.balsa.raft.protocol.read.ReadRounds;
import io.balsa.raft.protocol.replication.Progress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A leader's part: appending, replicating, committing (paper §5.3, §5.4), confirming reads. */
final class Leading {
  private final CoreState state;
  private final Roles roles;
  private final Quiescing quiescing;

  Leading(CoreState state, Roles roles, Quiescing quiescing) {
    this.state = state;
    this.roles = roles;
    this.quiescing = quiescing;
  }

  // ---- Proposals

  void onPropose(LeaderState leader, Input.Propose input) {
    Optional<RejectReason> refusal = refusalOf(leader, input.commands());
    if (refusal.isPresent()) {
      state.outbox.reject(
          input.firstProposalId(), input.commands().size(), refusal.get(), leader.leader());
    } else {
      EntryId first = append(leader, input.commands());
      state.outbox.accept(input.firstProposalId(), input.commands().size(), first);
    }
  }

  /**
   * A follower's proposals. Each of its ids is taken once a term, also when it is refused: a repeated message can neither
   * append twice nor append what its sender was told is refused.
   */
  void onProposeRequest(LeaderState leader, NodeId from, ProposeRequest request) {
    int count = request.commands().size();
    long lastId = request.firstProposalId() + count - 1;
    if (request.firstProposalId() <= leader.proposalsTaken.getOrDefault(from, 0L)) {
      return;
    }
    leader.proposalsTaken.put(from, lastId);
    Optional<RejectReason> refusal = refusalOf(leader, request.commands());
    if (refusal.isPresent()) {
      refuse(from, request, refusal.get());
    } else {
      EntryId first = append(leader, request.commands());
      state.outbox.send(
          from, new ProposeAccepted(state.term(), request.firstProposalId(), first, count));
    }
  }

  /** Nothing of it is in this node's log. */
  void refuse(NodeId from, ProposeRequest request, RejectReason reason) {
    state.outbox.send(
        from,
        new ProposeRejected(
            state.term(), request.firstProposalId(), request.commands().size(), reason));
  }

  private Optional<RejectReason> refusalOf(LeaderState leader, List<Bytes> commands) {
    if (leader.transfer.isPresent()) {
      return Optional.of(RejectReason.LEADERSHIP_TRANSFER);
    }
    for (Bytes command : commands) {
      if (command.size() > state.config.commandBytesMax()) {
        return Optional.of(RejectReason.TOO_LARGE);
      }
    }
    return leader.uncommitted.hasRoomFor(bytesOf(commands))
        ? Optional.empty()
        : Optional.of(RejectReason.OVERLOADED);
  }

  private static long bytesOf(List<Bytes> commands) {
    long bytes = 0;
    for (Bytes command : commands) {
      bytes += command.size() + Entry.OVERHEAD_BYTES;
    }
    return bytes;
  }

  private EntryId append(LeaderState leader, List<Bytes> commands) {
    EntryId first = new EntryId(state.term(), state.log.lastIndex() + 1);
    for (Bytes command : commands) {
      EntryId id = new EntryId(state.term(), state.log.lastIndex() + 1);
      state.append(Entry.command(id, command));
    }
    leader.uncommitted.onAppended(state.log.lastIndex(), bytesOf(commands));
    return first;
  }

  // ---- Replication

  void onAppendAccepted(LeaderState leader, NodeId from, AppendAccepted response) {
    Progress progress = leader.progress.get(from);
    if (progress == null) {
      return;
    }
    Invariant.check(
        response.matchIndex() <= state.log.lastIndex(),
        "%s holds %d, the leader only %s",
        from,
        response.matchIndex(),
        state.log.last());
    progress.heard(state.now);
    progress.onAccepted(response.matchIndex());
    if (progress.mode() == Progress.Mode.SNAPSHOT
        && state.log.holdsTermOf(progress.acknowledged())) {
      progress.onSnapshotSent(progress.acknowledged()); // what it lacks is in the log again
    }
    maybeCommit(leader);
  }

  void onAppendRejected(LeaderState leader, NodeId from, AppendRejected response) {
    Progress progress = leader.progress.get(from);
    if (progress == null) {
      return;
    }
    progress.heard(state.now);
    long commonIndex = state.log.lastAtMost(response.hint()).index();
    if (hasForgotten(from, progress, response.prevIndex())) {
      leader.progress.put(from, progress.anew(commonIndex + 1, state.now));
    } else {
      progress.onRejected(response.prevIndex(), commonIndex);
    }
  }

  /**
   * A learner may come back with a blank disk without anybody being told (see {@link Introduction}): then it denies just what
   * it acknowledged last. Or this is an old answer; what a learner acknowledged counts nowhere, also if it has become a voter
   * since, so to ask it once more does no harm.
   */
  private boolean hasForgotten(NodeId from, Progress progress, long deniedIndex) {
    return countsForNothing(from, progress) && deniedIndex == progress.acknowledged();
  }

  /** Nobody relies on what it has acknowledged so far. */
  private boolean countsForNothing(NodeId from, Progress progress) {
    return !state.membership().isVoter(from) || progress.mayHaveForgotten();
  }

  /**
   * A sign of life. If the follower should have acknowledged more by now, an append without entries finds out whether some
   * were lost: it is refused if so, and waits behind the follower's own disk if not. If the log has been compacted past
   * what was sent, nothing is left to ask with, nor to send next: the follower needs a snapshot, whatever it answers (trap
   * S7).
   */
  void onHeartbeatResponse(LeaderState leader, NodeId from, HeartbeatResponse response) {
    Progress progress = leader.progress.get(from);
    if (progress == null) {
      return;
    }
    progress.heard(state.now);
    if (progress.mayAsk(state.now, state.config.heartbeatIntervalNanos())) {
      askAgain(from, progress);
    }
    leader.reads.onAnswer(from, response.readSequence());
    leader.lease.onAnswer(from, response.readSequence());
    grantConfirmed(leader);
    quiescing.onHeartbeatResponse(leader, from, response);
  }

  /** Heartbeats of read rounds come and go many times while a follower's disk is busy: they are no reason to ask more often. */
  private void askAgain(NodeId from, Progress progress) {
    progress.resumeProbing();
    boolean owesAnswers =
        progress.mode() == Progress.Mode.REPLICATE
            && progress.acknowledged() < progress.nextIndex() - 1;
    if (owesAnswers && state.log.holdsTermOf(progress.nextIndex() - 1)) {
      EntryId prev = state.log.idAt(progress.nextIndex() - 1);
      state.outbox.send(
          new Send.Append(from, state.term(), prev, prev, state.cursors.commitIndex()));
    } else if (owesAnswers) {
      progress.onCompactedPast();
    }
  }

  void onSnapshotSent(LeaderState leader, Input.SnapshotSent input) {
    Progress progress = leader.progress.get(input.peer());
    if (progress != null) {
      progress.onSnapshotSent(input.meta().index());
    }
  }

  void onSnapshotFailed(LeaderState leader, NodeId peer) {
    Progress progress = leader.progress.get(peer);
    if (progress != null) {
      progress.onSnapshotFailed();
    }
  }

  void onPeerUnreachable(LeaderState leader, NodeId peer) {
    Progress progress = leader.progress.get(peer);
    if (progress != null) {
      progress.onUnreachable();
    }
  }

  /** Sends as much as the follower's window allows. */
  private void replicateTo(NodeId to, Progress progress) {
    while (!progress.isPaused()) {
      long prevIndex = progress.nextIndex() - 1;
      if (!state.log.holdsTermOf(prevIndex)) {
        progress.awaitSnapshot();
        state.outbox.send(new Send.SendSnapshot(to, state.term(), state.log.base().index()));
        return;
      }
      long commitIndex = state.cursors.commitIndex();
      long lastIndex = endOfAppend(prevIndex);
      boolean hasNews = lastIndex > prevIndex || commitIndex > progress.commitSent();
      if (!hasNews && progress.mode() == Progress.Mode.REPLICATE) {
        return;
      }
      state.outbox.send(
          new Send.Append(
              to, state.term(), state.log.idAt(prevIndex), state.log.idAt(lastIndex), commitIndex));
      progress.onAppendSent(lastIndex, state.sizes.bytesBetween(prevIndex, lastIndex), commitIndex);
    }
  }

  /** As many entries as one append may hold, by number and by bytes; one at least, if there is any. */
  private long endOfAppend(long prevIndex) {
    long lastIndex = Math.min(state.log.lastIndex(), prevIndex + state.config.appendEntriesMax());
    long fitting = state.sizes.lastWithin(prevIndex, lastIndex, state.config.appendBytesMax());
    return Math.min(lastIndex, Math.max(fitting, prevIndex + 1));
  }

  // ---- Commit

  void onPersisted(LeaderState leader) {
    maybeCommit(leader);
  }

  /**
   * "If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, and log[N].term == currentTerm: set
   * commitIndex = N" (Figure 2). An entry of an earlier term is never committed by counting (Figure 8). This node counts
   * with what is on its own disk, like everyone else.
   */
  private void maybeCommit(LeaderState leader) {
    long reached = state.quorum().reachedBy(voter -> matchIndexOf(leader, voter));
    if (reached > state.cursors.commitIndex() && state.log.termAt(reached) == state.term()) {
      state.cursors.commitThrough(reached);
    }
    leader.uncommitted.freeThrough(
        Math.min(state.cursors.commitIndex(), state.writes.persistedIndex()));
  }

  private long matchIndexOf(LeaderState leader, NodeId voter) {
    if (voter.equals(state.self())) {
      return state.writes.persistedIndex();
    }
    Progress progress = leader.progress.get(voter);
    return progress == null ? 0 : progress.matchIndex();
  }

  // ---- Reads

  void onReadBarrier(LeaderState leader, Input.ReadBarrier input) {
    if (input.byLease() && hasLease(leader)) {
      state.outbox.grantRead(input.readId(), state.cursors.commitIndex());
    } else {
      leader.reads.add(new ReadRounds.Waiter(Optional.empty(), input.readId()));
    }
  }

  /** The time is the driver's at or after the read came, so nothing was acknowledged elsewhere before it. */
  private boolean hasLease(LeaderState leader) {
    return knowsWhatIsCommitted(leader)
        && leader.transfer.isEmpty()
        && leader.lease.isValid(state.self(), state.quorum(), state.now);
  }

  void onReadIndexRequest(LeaderState leader, NodeId from, ReadIndexRequest request) {
    if (Introduction.isOfBlankNode(request)) {
      onBlankNode(leader, from);
      if (!isMembershipCommitted()) {
        leader.readsOfNewcomers.put(from, request.readId());
        return;
      }
    }
    leader.reads.add(new ReadRounds.Waiter(Optional.of(from), request.readId()));
  }

  private void onBlankNode(LeaderState leader, NodeId from) {
    Progress progress = leader.progress.get(from);
    if (progress != null && countsForNothing(from, progress)) {
      // What it acknowledged makes no voter of it.
      leader.progress.put(from, progress.anew(1, state.now));
    }
  }

  private boolean isMembershipCommitted() {
    return state.memberships.current().id().index() <= state.cursors.commitIndex();
  }

  private void takeReadsOfNewcomers(LeaderState leader) {
    if (!leader.readsOfNewcomers.isEmpty() && isMembershipCommitted()) {
      leader.readsOfNewcomers.forEach(
          (from, readId) -> leader.reads.add(new ReadRounds.Waiter(Optional.of(from), readId)));
      leader.readsOfNewcomers.clear();
    }
  }

  /** Until an entry of its own term is committed, a leader doesn't know what is (paper §8; trap R6). */
  boolean knowsWhatIsCommitted(LeaderState leader) {
    return state.cursors.commitIndex() >= leader.firstIndexOfTerm;
  }

  private void grantConfirmed(LeaderState leader) {
    for (ReadRounds.Confirmed confirmed :
        leader.reads.takeConfirmed(state.self(), state.quorum())) {
      for (ReadRounds.Waiter waiter : confirmed.waiters()) {
        grant(waiter, confirmed.readIndex());
      }
    }
  }

  private void grant(ReadRounds.Waiter waiter, long readIndex) {
    if (waiter.follower().isPresent()) {
      state.outbox.send(
          waiter.follower().get(), new ReadIndexResponse(state.term(), waiter.readId(), readIndex));
    } else {
      state.outbox.grantRead(waiter.readId(), readIndex);
    }
  }

  // ---- Time

  /** When a majority was last heard, this node included; the leader steps down an election timeout later. */
  private long quorumContactAt(LeaderState leader) {
    return state
        .quorum()
        .reachedBy(
            voter -> {
              Progress progress = leader.progress.get(voter);
              return progress == null ? state.now : progress.contactAt();
            });
  }

  void onTimePassed(LeaderState leader) {
    if (state.now - quorumContactAt(leader) >= state.config.electionTimeoutNanos()) {
      roles.becomeFollower(state.term(), Optional.empty()); // thesis §6.2
      return;
    }
    if (state.now - leader.heartbeatAt >= 0) {
      sendHeartbeats(leader);
    }
  }

  long nextDeadline(LeaderState leader) {
    return Math.min(
        leader.heartbeatAt, quorumContactAt(leader) + state.config.electionTimeoutNanos());
  }

  private void sendHeartbeats(LeaderState leader) {
    leader.heartbeatAt = state.nextHeartbeatAt();
    if (leader.lease.isWanted()) {
      leader.reads.nextSequence();
      leader.lease.onSent(leader.reads.sequence(), state.now);
    }
    boolean rest = quiescing.onHeartbeatDue(leader);
    leader.progress.keySet().forEach(peer -> sendHeartbeat(leader, peer, rest));
  }

  /** Also out of turn: then it says nothing of rest. */
  void sendHeartbeat(LeaderState leader, NodeId peer) {
    sendHeartbeat(leader, peer, false);
  }

  private void sendHeartbeat(LeaderState leader, NodeId peer, boolean rest) {
    long matchIndex = Objects.requireNonNull(leader.progress.get(peer)).matchIndex();
    state.outbox.send(
        peer,
        new HeartbeatRequest(
            state.term(),
            Math.min(matchIndex, state.cursors.commitIndex()),
            leader.reads.sequence(),
            state.membership().isMerelyLearner(peer)
                ? Optional.of(state.memberships.current().id())
                : Optional.empty(),
            rest));
  }

  /**
   * Before everything is handed over: whatever came together travels together. Reads are confirmed here, too: this node may
   * be the quorum, from the beginning or because others have left, and then nobody answers (trap R12).
   */
  void prepareReady(LeaderState leader) {
    takeReadsOfNewcomers(leader);
    boolean woken = quiescing.takeOwedHeartbeat(leader);
    boolean newRound =
        knowsWhatIsCommitted(leader) && leader.reads.closeRound(state.cursors.commitIndex());
    if (newRound || woken) {
      sendHeartbeats(leader);
    }
    grantConfirmed(leader);
    leader.progress.forEach(this::replicateTo);
  }
}
