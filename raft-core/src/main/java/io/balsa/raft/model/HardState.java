package io.balsa.raft.model;

import java.util.Objects;
import java.util.Optional;

/**
 * What must be durable before a node answers anyone (Figure 2, "persistent state on all servers"). Term and vote are one
 * value, written in one piece: a vote of one term can never be read under another.
 */
public record HardState(long term, Optional<NodeId> votedFor) {
  public static final HardState INITIAL = new HardState(0, Optional.empty());

  public HardState {
    Objects.requireNonNull(votedFor, "votedFor");
    Invariant.check(term >= 0, "term %d is negative", term);
  }

  @Override
  public String toString() {
    return "t" + term + " vote=" + votedFor.map(NodeId::value).orElse("-");
  }
}
