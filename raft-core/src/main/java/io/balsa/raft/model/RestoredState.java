package io.balsa.raft.model;

import java.util.List;
import java.util.Objects;

/**
 * What a log store found of one group when it was opened.
 *
 * @param incarnation how often this group was opened from this store, counting this time; durable before it is returned,
 *     so ids built on it are never used twice
 * @param base where the log begins
 * @param termStarts the first entry of each term after the base, ascending
 * @param lastIndex the last entry's index; the base's when the log holds no entry
 * @param memberships the membership entries after the base, ascending
 */
public record RestoredState(
    long incarnation,
    HardState hardState,
    SnapshotMeta base,
    List<EntryId> termStarts,
    long lastIndex,
    List<MembershipEntry> memberships) {
  public RestoredState {
    Objects.requireNonNull(hardState, "hardState");
    Objects.requireNonNull(base, "base");
    termStarts = List.copyOf(termStarts);
    memberships = List.copyOf(memberships);
    Invariant.check(
        lastIndex >= base.index(),
        "the log ends at %d, before its base %s",
        lastIndex,
        base.last());
    Invariant.check(
        termStarts.isEmpty() == (lastIndex == base.index()),
        "a log with the entries %d to %d names %d terms",
        base.index() + 1,
        lastIndex,
        termStarts.size());
  }

  /** A group that never ran here. */
  public static RestoredState empty(long incarnation) {
    return new RestoredState(
        incarnation, HardState.INITIAL, SnapshotMeta.NONE, List.of(), 0, List.of());
  }

  /** The newest membership at or before an entry of the log, or its base. */
  public MembershipEntry membershipAt(long index) {
    MembershipEntry newest = base.membership();
    for (MembershipEntry later : memberships) {
      if (later.id().index() <= index) {
        newest = later;
      }
    }
    return newest;
  }

  /** Whether the group never ran here: no term, no entry, no member. */
  public boolean isEmpty() {
    return hardState.equals(HardState.INITIAL) && base.equals(SnapshotMeta.NONE) && lastIndex == 0;
  }
}
