package io.balsa.raft;

import io.balsa.raft.driver.ProposalListener;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What {@link RaftNode#propose} hands out: the future is the listener itself, so that a proposal costs one object less. */
final class PendingProposal<R> extends CompletableFuture<Outcome<R>>
    implements ProposalListener<R> {
  @Override
  public void onCommitted(EntryId id, R result) {
    complete(new Outcome.Committed<>(id, result));
  }

  @Override
  public void onRejected(RejectReason reason, Optional<NodeId> leader) {
    complete(new Outcome.Rejected<>(reason, leader));
  }

  @Override
  public void onUnknown() {
    complete(new Outcome.Unknown<>());
  }

  @Override
  public void onStopped(NodeStoppedException reason) {
    completeExceptionally(reason);
  }
}
