package io.balsa.raft.model;

/** Why nothing was done. After any of these the request is certainly not in the log. */
public enum RejectReason {
  NO_LEADER("no leader is known"),
  NOT_LEADER("the node asked isn't the leader any more"),
  LEADER_CHANGED("the leader changed meanwhile"),
  LEADERSHIP_TRANSFER("leadership is being handed over"),
  OVERLOADED("too much is waiting already"),
  TOO_LARGE("the command is larger than commandBytesMax"),
  SUPERSEDED("another leader's entry took its place in the log"),
  TIMED_OUT("no answer came in time"),
  NOT_A_MEMBER("this node isn't a member of the group"),
  CHANGE_IN_PROGRESS("an earlier change of the membership isn't finished"),
  OTHER_MEMBERSHIP("the membership isn't the one that the change was made for"),
  NOT_CAUGHT_UP("a voter to be added isn't a learner that has nearly all of the log"),
  NOTHING_TO_CHANGE("the membership is already the one asked for");

  private final String explanation;

  RejectReason(String explanation) {
    this.explanation = explanation;
  }

  /** A half sentence for messages. */
  public String explanation() {
    return explanation;
  }
}
