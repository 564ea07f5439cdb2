package io.balsa.raft;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.spi.Transport;
import java.util.Collection;

/**
 * One process's share of any number of Raft groups: it owns the threads, the log, the snapshots and the transport that they
 * share. Thread-safe.
 */
public final class RaftHost implements AutoCloseable {

  private RaftHost() {}

  /** A host that will be known to its peers as {@code self}. */
  public static Builder builder(NodeId self) {
    throw new AssertionError("not here yet");
  }

  /**
   * Starts this host's replica of a group: recovers it, and lets it take part.
   *
   * @param initialVoters the members that the group is born with, the same on all of them; ignored when the group has run
   *     here before; empty for a node that waits to be added by a leader
   * @throws io.balsa.raft.model.StorageException if the group can't be recovered; nothing was started
   */
  public <R> RaftNode<R> openGroup(
      GroupId group, StateMachine<R> stateMachine, Collection<NodeId> initialVoters) {
    throw new AssertionError("not here yet");
  }

  /** Stops all groups, then closes the transport and the stores. Every pending future completes. Idempotent. */
  @Override
  public void close() {
    throw new AssertionError("not here yet");
  }

  /** Collects what a host needs; {@code transport}, {@code logStore} and {@code snapshotStore} have no default. */
  public static final class Builder {
    private Builder() {}

    public Builder transport(Transport transport) {
      throw new AssertionError("not here yet");
    }

    public Builder logStore(LogStore logStore) {
      throw new AssertionError("not here yet");
    }

    public Builder snapshotStore(SnapshotStore snapshotStore) {
      throw new AssertionError("not here yet");
    }

    public Builder config(RaftConfig config) {
      throw new AssertionError("not here yet");
    }

    /** Starts the threads and the transport. The host owns what it was given from here on, also if this throws. */
    public RaftHost start() {
      throw new AssertionError("not here yet");
    }
  }
}
