package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;

/** Something that must go to a peer. */
public sealed interface Send {
  NodeId to();

  <T> T accept(Visitor<T> visitor);

  /** The message as it is. */
  record Deliver(NodeId to, Message message) implements Send {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onDeliver(this);
    }
  }

  /**
   * Entries of this node's log, which the driver reads and puts into one {@code AppendRequest} or, when they are too large
   * for one, into several that follow each other. It is dropped when the log no longer holds {@code last}: by Log Matching,
   * if {@code last} is still there, so is everything before it.
   *
   * @param term the leader's
   * @param prev the entry before the first one to send
   * @param last the last entry to send; {@code prev} itself when there is none
   */
  record Append(NodeId to, long term, EntryId prev, EntryId last, long leaderCommit)
      implements Send {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onAppend(this);
    }
  }

  /**
   * A snapshot, because the entries that the peer needs are gone. The driver picks or takes one that covers at least {@code
   * atLeast} and reports {@link Input.SnapshotSent} or {@link Input.SnapshotFailed}.
   */
  record SendSnapshot(NodeId to, long term, long atLeast) implements Send {
    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onSendSnapshot(this);
    }
  }

  /** One answer per kind of send. */
  interface Visitor<T> {
    T onDeliver(Deliver send);

    T onAppend(Append send);

    T onSendSnapshot(SendSnapshot send);
  }
}
