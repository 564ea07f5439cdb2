package io.balsa.raft;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import java.util.Optional;

/** What became of a proposal, said by what the caller may conclude. */
public sealed interface Outcome<R> {

  /** A majority holds the entry durably, and this node has applied it. */
  record Committed<R>(EntryId id, R result) implements Outcome<R> {}

  /** Certainly not done, and never will be: propose again freely. */
  record Rejected<R>(RejectReason reason, Optional<NodeId> leader) implements Outcome<R> {}

  /** It may be done already, may be done later, or never. Propose again only what is safe to do twice. */
  record Unknown<R>() implements Outcome<R> {}
}
