package io.balsa.raft.protocol.log;

import io.balsa.raft.model.Invariant;

/**
 * How far the log is committed, handed to the state machine, and applied.
 *
 * <p>Invariant: {@code applied ≤ applying ≤ commit}, and none of them ever decreases.
 */
public final class LogCursors {
  /** Known to be on a majority, for ever (Figure 2, {@code commitIndex}). */
  private long commitIndex;

  /** Handed to the state machine through here. */
  private long applyingIndex;

  /** Applied through here (Figure 2, {@code lastApplied}). */
  private long appliedIndex;

  public LogCursors(long appliedIndex) {
    this.commitIndex = appliedIndex;
    this.applyingIndex = appliedIndex;
    this.appliedIndex = appliedIndex;
  }

  public long commitIndex() {
    return commitIndex;
  }

  public long applyingIndex() {
    return applyingIndex;
  }

  public long appliedIndex() {
    return appliedIndex;
  }

  /** Raises the commit index; a lower one says nothing. */
  public void commitThrough(long index) {
    commitIndex = Math.max(commitIndex, index);
  }

  public void handOutThrough(long index) {
    Invariant.check(
        applyingIndex <= index && index <= commitIndex,
        "handing out %d, handed out %d, committed %d",
        index,
        applyingIndex,
        commitIndex);
    applyingIndex = index;
  }

  public void appliedThrough(long index) {
    Invariant.check(
        appliedIndex <= index && index <= applyingIndex,
        "applied %d after %d, handed out %d",
        index,
        appliedIndex,
        applyingIndex);
    appliedIndex = index;
  }

  /** A snapshot takes the place of everything through the index. */
  public void installThrough(long index) {
    commitThrough(index);
    handOutThrough(index);
  }
}
