package io.balsa.raft.model;

import java.util.Objects;

/**
 * A membership and the log entry that brought it; {@link EntryId#ZERO} for the one a cluster was born with.
 */
public record MembershipEntry(EntryId id, Membership membership) {
  public MembershipEntry {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(membership, "membership");
  }
}
