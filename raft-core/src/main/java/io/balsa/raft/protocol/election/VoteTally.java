package io.balsa.raft.protocol.election;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The votes of one election. A voter's first answer counts, once; answers of others don't. */
public final class VoteTally {
  private final JointQuorum quorum;

  /** Whose yes is needed beside a quorum's; usually nobody's. */
  private final SortedSet<NodeId> needed;

  private final Map<NodeId, Boolean> answers = new TreeMap<>();

  public VoteTally(JointQuorum quorum) {
    this(quorum, Collections.emptySortedSet());
  }

  public VoteTally(JointQuorum quorum, SortedSet<NodeId> needed) {
    this.quorum = quorum;
    this.needed = needed;
  }

  public void record(NodeId voter, boolean granted) {
    answers.putIfAbsent(voter, granted);
  }

  public boolean isWon() {
    return isMet(false);
  }

  /** Whether it can't be won any more, whatever those who haven't answered say. */
  public boolean isLost() {
    return !isMet(true);
  }

  /**
   * @param silent what those who haven't answered count as
   */
  private boolean isMet(boolean silent) {
    Predicate<NodeId> agrees = voter -> answers.getOrDefault(voter, silent);
    return quorum.isMetBy(agrees) && needed.stream().allMatch(agrees);
  }
}
