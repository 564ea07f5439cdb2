package io.balsa.raft.driver;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import java.util.Optional;

/**
 * Hears what became of one proposal: exactly one call, on one of the host's threads or on the proposer's own. It must
 * return at once.
 *
 * @param <R> what a command results in
 */
public interface ProposalListener<R> {

  /** A majority holds the entry durably, and this node has applied it. */
  void onCommitted(EntryId id, R result);

  /** It is in no log and never will be. */
  void onRejected(RejectReason reason, Optional<NodeId> leader);

  /** It may be done already, may be done later, or never. */
  void onUnknown();

  /** The node stopped first; the outcome is unknown. */
  void onStopped(NodeStoppedException reason);
}
