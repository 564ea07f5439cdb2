package io.balsa.kv.request;

import io.balsa.kv.state.KvResult;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.ReadFailedException;
import io.balsa.raft.model.RejectReason;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The replica that a {@link RaftNode} is. Thread-safe.
 *
 * <p>Made before the node is: what listens to the state needs a replica, and must listen before the node applies its first
 * entry. Until {@link #attach} it has no leader.
 */
public final class NodeReplica implements Replica {
  private volatile @Nullable RaftNode<KvResult> node;

  /** Replaced by the node's event thread whenever role, term or leader change. */
  private volatile @Nullable NodeStatus heard;

  /** Call it once. */
  public void attach(RaftNode<KvResult> opened) {
    heard = opened.status();
    opened.addListener(status -> heard = status);
    node = opened;
  }

  @Override
  public CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
    RaftNode<KvResult> attached = node;
    return attached != null
        ? attached.propose(command)
        : CompletableFuture.completedFuture(
            new Outcome.Rejected<>(RejectReason.NO_LEADER, Optional.empty()));
  }

  @Override
  public CompletableFuture<Long> readBarrier() {
    RaftNode<KvResult> attached = node;
    return attached != null
        ? attached.readBarrier()
        : CompletableFuture.failedFuture(new ReadFailedException(RejectReason.NO_LEADER));
  }

  @Override
  public CompletableFuture<Void> transferLeadership(NodeId target) {
    RaftNode<KvResult> attached = node;
    return attached != null
        ? attached.transferLeadership(target)
        : CompletableFuture.failedFuture(new IllegalStateException("the node isn't open yet"));
  }

  @Override
  public long term() {
    NodeStatus status = heard;
    return status == null ? 0 : status.term();
  }

  @Override
  public Optional<NodeId> leader() {
    NodeStatus status = heard;
    return status == null ? Optional.empty() : status.leader();
  }

  /**
   * @throws IllegalStateException before {@link #attach}
   */
  @Override
  public NodeStatus status() {
    RaftNode<KvResult> attached = node;
    if (attached == null) {
      throw new IllegalStateException("the node isn't open yet");
    }
    return attached.status();
  }
}
