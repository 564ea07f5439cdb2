package io.balsa.raft.protocol.election;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.Map;
import java.util.TreeMap;

/** The votes of one election. A voter's first answer counts, once; answers of others don't. */
public final class VoteTally {
  private final JointQuorum quorum;
  private final Map<NodeId, Boolean> answers = new TreeMap<>();

  public VoteTally(JointQuorum quorum) {
    this.quorum = quorum;
  }

  public void record(NodeId voter, boolean granted) {
    answers.putIfAbsent(voter, granted);
  }

  public boolean isWon() {
    return quorum.isMetBy(voter -> answers.getOrDefault(voter, false));
  }

  /** Whether it can't be won any more, whatever those who haven't answered say. */
  public boolean isLost() {
    return !quorum.isMetBy(voter -> answers.getOrDefault(voter, true));
  }
}
