package io.balsa.raft.model;

/** Whether a node may take part in its group, as far as its disk lets it know. */
public enum Standing {
  /** Its disk says what it has promised so far. */
  MEMBER,

  /** Its disk is blank: it takes part when all other initial voters were met, or when a leader takes it in as a learner. */
  BLANK,

  /**
   * Its disk is blank, and others know the node from an earlier life, in which it may have promised what it no longer knows:
   * it doesn't vote, acknowledge or campaign. It needs its old disk back, or to be removed and added again as a learner.
   */
  REFUSED
}
