package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import java.util.List;

/** Everything that can happen to a node. There is no other way in, beside the time that comes with every input. */
public sealed interface Input {

  <T> T accept(Visitor<T> visitor);

  /** Nothing but time: fed when {@link RaftCore#nextDeadline} has come. */
  record TimePassed() implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onTimePassed(this);
    }
  }

  record Received(NodeId from, Message message) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onReceived(this);
    }
  }

  /**
   * The user's commands. Each is decided exactly once, by a {@link ProposalDecision}; at a follower they go to the leader.
   *
   * @param firstProposalId the first command's id, the others follow; ids grow from input to input, also across restarts
   */
  record Propose(long firstProposalId, List<Bytes> commands) implements Input {
    public Propose {
      commands = List.copyOf(commands);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onPropose(this);
    }
  }

  /**
   * Change the membership, if this node leads. Decided like a proposal: accepted at the entry that begins the change, which
   * is finished when a membership that isn't joint is applied at or after it.
   */
  record ChangeMembership(long proposalId, MembershipChange change) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onChangeMembership(this);
    }
  }

  /**
   * Somebody wants to read what is current. Decided exactly once, by a {@link ReadDecision}; at a follower the leader is
   * asked.
   *
   * @param readId never used twice, also not after a restart
   * @param byLease the leader may answer by its lease, without asking anybody (thesis §6.4.1); without one this is like any
   *     other read
   */
  record ReadBarrier(long readId, boolean byLease) implements Input {
    public ReadBarrier(long readId) {
      this(readId, false);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onReadBarrier(this);
    }
  }

  /**
   * Hand leadership to the target, if this node leads, the target is another voter of the membership in force, and no
   * other transfer is under way; otherwise nothing happens. Given up before an election timeout has passed, or when the
   * target stops being a voter; meanwhile proposals are rejected.
   */
  record TransferLeadership(NodeId target) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onTransferLeadership(this);
    }
  }

  /** The batch of this number and all before it are durable. */
  record Persisted(long persistId) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onPersisted(this);
    }
  }

  /** The state machine has applied everything through this index. */
  record Applied(long index) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onApplied(this);
    }
  }

  /**
   * A snapshot, or the state machine itself, holds everything through {@code appliedThrough} durably: the log may begin
   * after {@code compactThrough}, which is at most that.
   */
  record SnapshotTaken(long appliedThrough, long compactThrough) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onSnapshotTaken(this);
    }
  }

  /** All of a leader's snapshot arrived and is durable in the snapshot store. */
  record SnapshotReceived(NodeId from, SnapshotMeta meta) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onSnapshotReceived(this);
    }
  }

  /** The peer has stored the whole snapshot. */
  record SnapshotSent(NodeId peer, SnapshotMeta meta) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onSnapshotSent(this);
    }
  }

  /** The snapshot for the peer could not be sent; the core decides when to try again. */
  record SnapshotFailed(NodeId peer) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onSnapshotFailed(this);
    }
  }

  /** The peer's process is gone, as far as the transport can tell; perhaps wrongly. */
  record PeerUnreachable(NodeId peer) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onPeerUnreachable(this);
    }
  }

  /**
   * The peer's host was silent for an election timeout or has been restarted, so it vouches no more for what this node knows
   * of the peer; perhaps wrongly. Of interest to a node at rest: see {@link RaftCore#reliesOn}.
   */
  record PeerSilent(NodeId peer) implements Input {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onPeerSilent(this);
    }
  }

  /** One answer per kind of input: a new kind breaks the build until every visitor knows it. */
  interface Visitor<T> {
    T onTimePassed(TimePassed input);

    T onReceived(Received input);

    T onPropose(Propose input);

    T onChangeMembership(ChangeMembership input);

    T onReadBarrier(ReadBarrier input);

    T onTransferLeadership(TransferLeadership input);

    T onPersisted(Persisted input);

    T onApplied(Applied input);

    T onSnapshotTaken(SnapshotTaken input);

    T onSnapshotReceived(SnapshotReceived input);

    T onSnapshotSent(SnapshotSent input);

    T onSnapshotFailed(SnapshotFailed input);

    T onPeerUnreachable(PeerUnreachable input);

    T onPeerSilent(PeerSilent input);
  }
}
