package io.balsa.kv.request;

import io.balsa.kv.state.KvResult;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The replica that a {@link RaftNode} is. Thread-safe. */
public final class NodeReplica implements Replica {
  private final RaftNode<KvResult> node;

  /** Replaced by the node's event thread whenever role, term or leader change. */
  private volatile NodeStatus heard;

  public NodeReplica(RaftNode<KvResult> node) {
    this.node = node;
    this.heard = node.status();
    node.addListener(status -> heard = status);
  }

  @Override
  public CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
    return node.propose(command);
  }

  @Override
  public CompletableFuture<Long> readBarrier() {
    return node.readBarrier();
  }

  @Override
  public long term() {
    return heard.term();
  }

  @Override
  public Optional<NodeId> leader() {
    return heard.leader();
  }

  @Override
  public NodeStatus status() {
    return node.status();
  }
}
