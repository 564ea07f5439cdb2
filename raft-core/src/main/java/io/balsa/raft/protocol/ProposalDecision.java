package io.balsa.raft.protocol;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import java.util.Optional;

/**
 * What became of {@code count} proposals from {@code firstProposalId} on. Every proposal is decided exactly once.
 */
public sealed interface ProposalDecision {
  long firstProposalId();

  int count();

  /**
   * They are entries of a leader's log, this node's or another's, the first at {@code first} and the others after it. They
   * are committed if an entry of that id is applied, and never will be if another is applied at that index.
   */
  record Accepted(long firstProposalId, int count, EntryId first) implements ProposalDecision {}

  /** They are certainly in no log. */
  record Rejected(long firstProposalId, int count, RejectReason reason, Optional<NodeId> leader)
      implements ProposalDecision {}

  /** They were sent to a leader that is no longer one and didn't answer: they may commit, or not. */
  record Unknown(long firstProposalId, int count) implements ProposalDecision {}
}
