package io.balsa.kv.request;

import io.balsa.kv.state.KvResult;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What requests need of this member's Raft node. Thread-safe; no method blocks. */
public interface Replica {

  /** As {@link io.balsa.raft.RaftNode#propose}. */
  CompletableFuture<Outcome<KvResult>> propose(Bytes command);

  /** As {@link io.balsa.raft.RaftNode#readBarrier}. */
  CompletableFuture<Long> readBarrier();

  /** As {@link io.balsa.raft.RaftNode#transferLeadership}. */
  CompletableFuture<Void> transferLeadership(NodeId target);

  /** The term as last heard; 0 before the first election. Cheap: it goes into every answer. */
  long term();

  /** The leader as last heard. Cheap. */
  Optional<NodeId> leader();

  /** A picture of the node, made now. */
  NodeStatus status();
}
