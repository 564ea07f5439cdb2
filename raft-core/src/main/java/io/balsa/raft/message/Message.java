package io.balsa.raft.message;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import java.util.List;
import java.util.Optional;

/**
 * One node to another, inside one group; a {@link HostHeartbeat} goes from host to host. Messages may be lost, delayed, repeated and reordered; the receiver copes.
 */
public sealed interface Message {
  /** The sender's current term; of a {@link PreVoteRequest}, the term it would campaign in. */
  long term();

  <T> T accept(Visitor<T> visitor);

  /**
   * Could I win an election of {@code term}? Changes nothing at the receiver (thesis §9.6).
   *
   * @param term one above the sender's own; any number if its disk is blank, and it asks whether others' are
   * @param last the sender's last entry
   */
  record PreVoteRequest(long term, EntryId last) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onPreVoteRequest(this);
    }
  }

  /**
   * @param term the voter's own term
   * @param proposedTerm the request's term: an answer to an earlier round is told apart by it
   */
  record PreVoteResponse(long term, long proposedTerm, boolean granted) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onPreVoteResponse(this);
    }
  }

  /**
   * RequestVote RPC (Figure 2). Sent only after the candidate's own term and vote are durable.
   *
   * @param leadershipTransfer the leader itself asked for this election: voters don't insist on it (thesis §4.2.3)
   */
  record VoteRequest(long term, EntryId last, boolean leadershipTransfer) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onVoteRequest(this);
    }
  }

  record VoteResponse(long term, boolean granted) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onVoteResponse(this);
    }
  }

  /**
   * AppendEntries RPC (Figure 2).
   *
   * @param prev the entry before {@code entries}
   * @param entries consecutive; may be empty, to ask whether {@code prev} matches
   */
  record AppendRequest(long term, EntryId prev, List<Entry> entries, long leaderCommit)
      implements Message {
    public AppendRequest {
      entries = List.copyOf(entries);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onAppendRequest(this);
    }
  }

  /**
   * The follower holds the leader's log, durably, through {@code matchIndex}.
   */
  record AppendAccepted(long term, long matchIndex) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onAppendAccepted(this);
    }
  }

  /**
   * The follower doesn't hold {@code prev} of the request.
   *
   * @param prevIndex the index of the request's {@code prev}: an answer to an older request is told apart by it
   * @param hint the last entry of the follower that may match: its term is at most the one asked for
   */
  record AppendRejected(long term, long prevIndex, EntryId hint) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onAppendRejected(this);
    }
  }

  /**
   * The leader is alive.
   *
   * @param leaderCommit never above what the receiver is known to hold
   * @param readSequence the newest round of read confirmations; the answer repeats it
   * @param learnerSince the newest membership of the leader's log, if the receiver is a learner there and no voter: whatever
   *     it has forgotten, nobody relies on it from there on
   * @param rest nothing has happened for long: the receiver may rest, if {@code leaderCommit} is the end of its log
   */
  record HeartbeatRequest(
      long term, long leaderCommit, long readSequence, Optional<EntryId> learnerSince, boolean rest)
      implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onHeartbeatRequest(this);
    }
  }

  /**
   * @param rests the follower was asked to rest, and does: it expects no further heartbeats
   */
  record HeartbeatResponse(long term, long readSequence, boolean rests) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onHeartbeatResponse(this);
    }
  }

  /** Start an election now: the leader hands over (thesis §3.10). */
  record TimeoutNow(long term) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onTimeoutNow(this);
    }
  }

  /**
   * Proposals made at a follower, for the leader of exactly {@code term}. Never resent: the leader takes each id of a
   * sender at most once per term, so a repeated message can't append twice.
   *
   * @param firstProposalId the sender's id of the first command; the others follow it
   */
  record ProposeRequest(long term, long firstProposalId, List<Bytes> commands) implements Message {
    public ProposeRequest {
      commands = List.copyOf(commands);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onProposeRequest(this);
    }
  }

  /**
   * The leader appended the commands.
   *
   * @param first the first command's entry; the others follow it
   */
  record ProposeAccepted(long term, long firstProposalId, EntryId first, int count)
      implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onProposeAccepted(this);
    }
  }

  /** None of the commands is in any log. */
  record ProposeRejected(long term, long firstProposalId, int count, RejectReason reason)
      implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onProposeRejected(this);
    }
  }

  /**
   * A follower asks for an index that is safe to read at (thesis §6.4).
   *
   * @param readId never used twice by the sender for different questions, also not after a restart; negative if the sender's
   *     disk is blank, and it asks to be taken in as a learner
   */
  record ReadIndexRequest(long term, long readId) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onReadIndexRequest(this);
    }
  }

  record ReadIndexResponse(long term, long readId, long readIndex) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onReadIndexResponse(this);
    }
  }

  /**
   * A piece of a snapshot. Drivers exchange these; the core learns only of the whole.
   *
   * @param transferId tells this attempt of this sender from any other
   * @param offset of the chunk's first byte
   * @param last whether the snapshot ends with this chunk
   */
  record InstallSnapshotRequest(
      long term, SnapshotMeta meta, long transferId, long offset, Bytes chunk, boolean last)
      implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onInstallSnapshotRequest(this);
    }
  }

  /**
   * @param nextOffset everything before it has arrived; -1 when the receiver gave this transfer up
   */
  record InstallSnapshotResponse(long term, long transferId, long nextOffset) implements Message {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onInstallSnapshotResponse(this);
    }
  }

  /**
   * A host is alive. Belongs to no group: hosts that share groups at rest exchange these in place of the groups' heartbeats.
   *
   * @param startId another one after each start of the host
   * @param wanted the sender has groups at rest that rely on the receiver: it waits for such a message, too
   */
  record HostHeartbeat(long startId, boolean wanted) implements Message {
    /** Terms are a group's. */
    @Override
    public long term() {
      return 0;
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onHostHeartbeat(this);
    }
  }

  /** One answer per kind of message: a new kind breaks the build until every visitor knows it. */
  interface Visitor<T> {
    T onPreVoteRequest(PreVoteRequest request);

    T onPreVoteResponse(PreVoteResponse response);

    T onVoteRequest(VoteRequest request);

    T onVoteResponse(VoteResponse response);

    T onAppendRequest(AppendRequest request);

    T onAppendAccepted(AppendAccepted response);

    T onAppendRejected(AppendRejected response);

    T onHeartbeatRequest(HeartbeatRequest request);

    T onHeartbeatResponse(HeartbeatResponse response);

    T onTimeoutNow(TimeoutNow request);

    T onProposeRequest(ProposeRequest request);

    T onProposeAccepted(ProposeAccepted response);

    T onProposeRejected(ProposeRejected response);

    T onReadIndexRequest(ReadIndexRequest request);

    T onReadIndexResponse(ReadIndexResponse response);

    T onInstallSnapshotRequest(InstallSnapshotRequest request);

    T onInstallSnapshotResponse(InstallSnapshotResponse response);

    T onHostHeartbeat(HostHeartbeat heartbeat);
  }
}
