package io.balsa.raft.model;

import java.util.Objects;
import java.util.Optional;

/**
 * What must be durable before a node answers anyone (Figure 2, "persistent state on all servers"). Term and vote are one
 * value, written in one piece: a vote of one term can never be read under another.
 *
 * @param forgotten an earlier life of the node, whose disk was lost, may have acknowledged entries through this one: the node
 *     votes as if its log reached that far; {@link EntryId#ZERO} unless a leader took it in with a blank disk
 */
public record HardState(long term, Optional<NodeId> votedFor, EntryId forgotten) {
  public static final HardState INITIAL = new HardState(0, Optional.empty());

  public HardState(long term, Optional<NodeId> votedFor) {
    this(term, votedFor, EntryId.ZERO);
  }

  public HardState {
    Objects.requireNonNull(votedFor, "votedFor");
    Objects.requireNonNull(forgotten, "forgotten");
    Invariant.check(term >= 0, "term %d is negative", term);
  }

  /** {@code t2 vote=n1}; after a disk was lost, {@code t2 vote=n1 forgotten=7@t1}. */
  @Override
  public String toString() {
    return "t"
        + term
        + " vote="
        + votedFor.map(NodeId::value).orElse("-")
        + (forgotten.equals(EntryId.ZERO) ? "" : " forgotten=" + forgotten);
  }
}
