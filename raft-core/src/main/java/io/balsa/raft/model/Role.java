package io.balsa.raft.model;

/** What a node is in its term (paper §5.1). A learner is a follower that no quorum counts. */
public enum Role {
  FOLLOWER,
  /** Asks whether an election could be won, without raising its term (thesis §9.6). */
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
