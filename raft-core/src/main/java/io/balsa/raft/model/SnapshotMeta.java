package io.balsa.raft.model;

import java.util.Objects;

/**
 * Where a log begins, and what a snapshot covers: everything through {@code last}, and the membership in force there
 * (Figure 13).
 *
 * @param last the last entry that the snapshot replaces
 * @param membership the newest membership at or before {@code last}
 */
public record SnapshotMeta(EntryId last, MembershipEntry membership) {
  /** Nothing is covered and nobody is known: the beginning of an empty log. */
  public static final SnapshotMeta NONE =
      new SnapshotMeta(EntryId.ZERO, new MembershipEntry(EntryId.ZERO, Membership.NONE));

  public SnapshotMeta {
    Objects.requireNonNull(last, "last");
    Objects.requireNonNull(membership, "membership");
    Invariant.check(
        membership.id().index() <= last.index(),
        "a snapshot through %s can't hold the membership of %s",
        last,
        membership.id());
  }

  /** The birth of a cluster: no entry yet, these voters. */
  public static SnapshotMeta initial(Membership membership) {
    return new SnapshotMeta(EntryId.ZERO, new MembershipEntry(EntryId.ZERO, membership));
  }

  public long index() {
    return last.index();
  }
}
