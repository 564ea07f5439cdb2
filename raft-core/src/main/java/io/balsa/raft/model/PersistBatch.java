package io.balsa.raft.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One atomic, ordered write of one group. In this order: the hard state, the reset, then the entries.
 *
 * @param persistId numbers the group's batches 1, 2, 3 …: "durable through n" acknowledges a write, never an index, so a
 *     rewritten index can't be taken for an older write of it
 * @param hardState the new term and vote, when they changed
 * @param resetTo the log is thrown away and begins after this snapshot; at most together with the hard state
 * @param entries replace everything from the first one's index on (the conflicting suffix goes and the new one comes in
 *     the same write); consecutive
 */
public record PersistBatch(
    GroupId group,
    long persistId,
    Optional<HardState> hardState,
    Optional<SnapshotMeta> resetTo,
    List<Entry> entries) {
  public PersistBatch {
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(hardState, "hardState");
    Objects.requireNonNull(resetTo, "resetTo");
    entries = List.copyOf(entries);
    Invariant.check(
        hardState.isPresent() || resetTo.isPresent() || !entries.isEmpty(), "an empty batch");
  }
}
