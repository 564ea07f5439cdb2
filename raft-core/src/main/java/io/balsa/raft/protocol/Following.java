package io.balsa.raft.protocol;

import io.balsa.raft.message.Message.AppendAccepted;
import io.balsa.raft.message.Message.AppendRejected;
import io.balsa.raft.message.Message.AppendRequest;
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
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.RoleState.CandidateState;
import io.balsa.raft.protocol.RoleState.FollowerState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A follower's part: taking over the leader's log (paper §5.3), and asking the leader on behalf of local users. */
final class Following {
  /** Proposals in one message to the leader. */
  private static final long FORWARD_BYTES_MAX = 1 << 20;

  private final CoreState state;
  private final Roles roles;
  private final Quiescing quiescing;

  Following(CoreState state, Roles roles, Quiescing quiescing) {
    this.state = state;
    this.roles = roles;
    this.quiescing = quiescing;
  }

  /** A message of this term that only its leader sends. */
  private FollowerState hear(NodeId leader) {
    FollowerState follower = roles.becomeFollower(state.term(), Optional.of(leader));
    follower.leaderHeardAt = state.now;
    state.promise.make(leader, state.now);
    state.electionTimer.restart(state.now);
    return follower;
  }

  /** The AppendEntries rules of Figure 2. */
  void onAppendRequest(NodeId from, AppendRequest request) {
    hear(from);
    EntryId prev = request.prev();
    List<Entry> entries = request.entries();
    long commitIndex = state.cursors.commitIndex();
    if (prev.index() < commitIndex) {
      // What is committed is equal in all logs, also where this one has been compacted: begin after
      // it (trap L21).
      long known = Math.min(commitIndex - prev.index(), entries.size());
      entries = entries.subList((int) known, entries.size());
      prev = state.log.idAt(commitIndex);
    }
    if (!state.log.matches(prev)) {
      EntryId hint = state.log.lastAtMost(prev);
      state.outbox.sendAfterPersist(
          from, new AppendRejected(state.term(), request.prev().index(), hint));
      return;
    }
    appendNew(entries);
    long verifiedIndex = prev.index() + entries.size();
    state.cursors.commitThrough(Math.min(request.leaderCommit(), verifiedIndex));
    state.outbox.sendAfterPersist(from, new AppendAccepted(state.term(), verifiedIndex));
  }

  /**
   * "If an existing entry conflicts with a new one (same index but different terms), delete the existing entry and all that
   * follow it. Append any new entries not already in the log." Only then: an old, shorter request must not shorten the log
   * (trap L2).
   */
  private void appendNew(List<Entry> entries) {
    boolean diverged = false;
    for (Entry entry : entries) {
      diverged = diverged || !state.log.matches(entry.id());
      if (diverged) {
        state.append(entry);
      }
    }
  }

  /** The commit index in it is one that this node has confirmed to hold, to this very leader. */
  void onHeartbeatRequest(NodeId from, HeartbeatRequest request) {
    FollowerState follower = hear(from);
    if (request.leaderCommit() <= state.log.lastIndex()) {
      state.cursors.commitThrough(request.leaderCommit());
    }
    quiescing.onHeartbeat(follower, request);
    state.outbox.send(
        from, new HeartbeatResponse(state.term(), request.readSequence(), follower.rests));
  }

  /** A deposed leader still believes: any answer of the newer term tells it. */
  void correct(NodeId staleLeader) {
    state.outbox.sendAfterPersist(staleLeader, new HeartbeatResponse(state.term(), 0, false));
  }

  /** A whole snapshot is in the store. It holds committed entries only, so whoever sent it, it may be used. */
  void onSnapshotReceived(NodeId from, SnapshotMeta meta) {
    if (meta.index() > state.cursors.commitIndex()) {
      if (state.log.matches(meta.last())) {
        state.cursors.commitThrough(meta.index()); // all of it is in the log already
      } else {
        install(meta);
      }
    }
    long matchIndex = Math.max(meta.index(), state.cursors.commitIndex());
    state.outbox.sendAfterPersist(from, new AppendAccepted(state.term(), matchIndex));
  }

  /** The log is thrown away, so an election that was begun with its last entry must not be won any more. */
  private void install(SnapshotMeta meta) {
    if (state.role instanceof CandidateState) {
      roles.becomeFollower(state.term(), Optional.empty());
    }
    state.install(meta);
  }

  void onPropose(Input.Propose input) {
    Optional<NodeId> leader = state.role.leader();
    if (leader.isEmpty() || !(state.role instanceof FollowerState)) {
      state.outbox.reject(
          input.firstProposalId(), input.commands().size(), RejectReason.NO_LEADER, leader);
      return;
    }
    forward((FollowerState) state.role, leader.get(), input);
  }

  private void forward(FollowerState follower, NodeId leader, Input.Propose input) {
    List<Bytes> commands = input.commands();
    int from = 0;
    while (from < commands.size()) {
      int to = from + 1;
      long bytes = commands.get(from).size();
      while (to < commands.size() && bytes + commands.get(to).size() <= FORWARD_BYTES_MAX) {
        bytes += commands.get(to).size();
        to++;
      }
      long firstId = input.firstProposalId() + from;
      follower.proposals.add(firstId, to - from, state.now);
      state.outbox.send(
          leader, new ProposeRequest(state.term(), firstId, commands.subList(from, to)));
      from = to;
    }
  }

  void onProposeAccepted(ProposeAccepted response) {
    if (state.role instanceof FollowerState follower
        && follower.proposals.takeAnswered(response.firstProposalId())) {
      state.outbox.accept(response.firstProposalId(), response.count(), response.first());
    }
  }

  void onProposeRejected(ProposeRejected response) {
    if (state.role instanceof FollowerState follower
        && follower.proposals.takeAnswered(response.firstProposalId())) {
      state.outbox.reject(
          response.firstProposalId(), response.count(), response.reason(), follower.leader());
    }
  }

  void onReadBarrier(long readId) {
    if (state.role instanceof FollowerState follower && follower.leader().isPresent()) {
      follower.reads.add(readId);
    } else {
      state.outbox.rejectRead(readId, RejectReason.NO_LEADER, Optional.empty());
    }
  }

  void onReadIndexResponse(ReadIndexResponse response) {
    if (state.role instanceof FollowerState follower) {
      for (long readId : follower.reads.takeAnswered(response.readId())) {
        state.outbox.grantRead(readId, response.readIndex());
      }
    }
  }

  void onTimePassed(FollowerState follower) {
    follower
        .proposals
        .takeOverdue(state.now)
        .forEach(range -> state.outbox.unknown(range.firstProposalId(), range.count()));
    follower
        .leader()
        .ifPresent(
            leader ->
                follower
                    .reads
                    .takeOverdue(state.now)
                    .forEach(readId -> askReadIndex(leader, readId)));
  }

  /** Before everything is handed over: reads that came together ask together. */
  void prepareReady(FollowerState follower) {
    if (follower.leader().isPresent()) {
      OptionalLong readId = follower.reads.openRequest(state.now);
      readId.ifPresent(id -> askReadIndex(follower.leader().get(), id));
    }
  }

  private void askReadIndex(NodeId leader, long readId) {
    state.outbox.send(leader, new ReadIndexRequest(state.term(), readId));
  }
}
