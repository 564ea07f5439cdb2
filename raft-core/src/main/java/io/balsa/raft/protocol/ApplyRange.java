package io.balsa.raft.protocol;

import io.balsa.raft.model.Invariant;

/**
 * Committed, durable entries for the state machine, both ends inclusive. Ranges follow each other without a gap, except
 * after an installed snapshot.
 */
public record ApplyRange(long fromIndex, long throughIndex) {
  public ApplyRange {
    Invariant.check(
        0 < fromIndex && fromIndex <= throughIndex, "apply %d..%d", fromIndex, throughIndex);
  }

  @Override
  public String toString() {
    return fromIndex + ".." + throughIndex;
  }
}
