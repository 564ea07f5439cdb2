package io.balsa.kv.request;

import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A cluster of one in which everything is committed and applied at once. Thread-safe. */
public final class ImmediateReplica implements Replica {
  private final KvStateMachine state;

  public ImmediateReplica(KvStateMachine state) {
    this.state = state;
  }

  @Override
  public synchronized CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
    EntryId id = new EntryId(1, state.lastApplied().index() + 1);
    return CompletableFuture.completedFuture(new Outcome.Committed<>(id, state.apply(id, command)));
  }

  @Override
  public CompletableFuture<Long> readBarrier() {
    return CompletableFuture.completedFuture(state.lastApplied().index());
  }

  @Override
  public CompletableFuture<Void> transferLeadership(NodeId target) {
    throw new UnsupportedOperationException("not asked for here");
  }

  @Override
  public long term() {
    return 1;
  }

  @Override
  public Optional<NodeId> leader() {
    return Optional.empty();
  }

  @Override
  public NodeStatus status() {
    throw new UnsupportedOperationException("nobody asks here");
  }
}
