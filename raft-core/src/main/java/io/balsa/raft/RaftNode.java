package io.balsa.raft;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One replica of one group. Thread-safe; no method blocks unless it says so. Futures complete on the node's threads:
 * continuations must be short, or move to a thread of their own.
 *
 * @param <R> what a command results in
 */
public final class RaftNode<R> implements AutoCloseable {

  private RaftNode() {}

  /** A node of a group of its own, on a host of its own that closes with it. */
  public static <R> Builder<R> builder(NodeId self, StateMachine<R> stateMachine) {
    throw new AssertionError("not here yet");
  }

  /**
   * Proposes a command, here or, at a follower, through the leader. Completes once the entry is committed and applied on
   * this node, or once it is certain that it never will be, or after {@link RaftConfig#proposalTimeout} as {@link
   * Outcome.Unknown}.
   *
   * <p>Fails with {@link io.balsa.raft.model.NodeStoppedException} only; the outcome is then unknown.
   */
  public CompletableFuture<Outcome<R>> propose(Bytes command) {
    throw new AssertionError("not here yet");
  }

  /**
   * Runs the query on the apply thread, when this node has applied all that the mode asks for.
   *
   * <p>Fails with {@link io.balsa.raft.model.ReadFailedException}, {@link io.balsa.raft.model.NodeStoppedException}, or
   * what the query threw.
   */
  public <T> CompletableFuture<T> query(ReadMode mode, Supplier<T> query) {
    throw new AssertionError("not here yet");
  }

  /**
   * Completes when a read of this node's state, by any thread, is linearizable: with an index that is applied. For state
   * machines that may be read while they apply.
   *
   * <p>Fails as {@link #query} does.
   */
  public CompletableFuture<Long> readBarrier() {
    throw new AssertionError("not here yet");
  }

  /**
   * Hands leadership to the target. Completes when this node follows another leader; fails with {@link
   * io.balsa.raft.model.ReadFailedException}'s sibling reasons as an {@link IllegalStateException} if this node doesn't
   * lead or the target didn't take over within an election timeout.
   */
  public CompletableFuture<Void> transferLeadership(NodeId target) {
    throw new AssertionError("not here yet");
  }

  /** A picture of this node, a moment old. */
  public NodeStatus status() {
    throw new AssertionError("not here yet");
  }

  /**
   * Calls the listener on the node's event thread whenever role, term or leader changed, and once at first. It must
   * return at once.
   */
  public void addListener(Consumer<NodeStatus> listener) {
    throw new AssertionError("not here yet");
  }

  /** Waits until a leader is known, and says which. Blocks. Throws {@link IllegalStateException} after the timeout. */
  public NodeId awaitLeader(Duration timeout) {
    throw new AssertionError("not here yet");
  }

  /** Completes when the node has stopped: normally after {@link #close}, exceptionally with what broke it. */
  public CompletableFuture<Void> stopped() {
    throw new AssertionError("not here yet");
  }

  /** Leaves the group alone: no more votes, no more entries. Every pending future completes. Blocks; idempotent. */
  @Override
  public void close() {
    throw new AssertionError("not here yet");
  }

  /** Collects what a node and its own host need. */
  public static final class Builder<R> {
    private Builder() {}

    /** The members that the group is born with, the same on all of them; ignored when the group has run here before. */
    public Builder<R> initialVoters(Collection<NodeId> voters) {
      throw new AssertionError("not here yet");
    }

    public Builder<R> logStore(LogStore logStore) {
      throw new AssertionError("not here yet");
    }

    public Builder<R> snapshotStore(SnapshotStore snapshotStore) {
      throw new AssertionError("not here yet");
    }

    public Builder<R> transport(Transport transport) {
      throw new AssertionError("not here yet");
    }

    public Builder<R> config(RaftConfig config) {
      throw new AssertionError("not here yet");
    }

    public RaftNode<R> start() {
      throw new AssertionError("not here yet");
    }
  }
}
