package io.balsa.raft.protocol;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import java.util.Optional;

/** What became of a read. Every {@link Input.ReadBarrier} is decided exactly once. */
public sealed interface ReadDecision {
  long readId();

  /** Linearizable once everything through {@code readIndex} is applied here. */
  record Granted(long readId, long readIndex) implements ReadDecision {}

  record Rejected(long readId, RejectReason reason, Optional<NodeId> leader)
      implements ReadDecision {}
}
