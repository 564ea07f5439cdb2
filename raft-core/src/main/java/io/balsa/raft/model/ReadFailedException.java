package io.balsa.raft.model;

/** A read wasn't served, because nobody could confirm that it would be linearizable. Try again freely. */
public final class ReadFailedException extends RaftException {
  private static final long serialVersionUID = 1L;

  private final RejectReason reason;

  public ReadFailedException(RejectReason reason) {
    super("the read wasn't served: " + reason.explanation());
    this.reason = reason;
  }

  public RejectReason reason() {
    return reason;
  }
}
