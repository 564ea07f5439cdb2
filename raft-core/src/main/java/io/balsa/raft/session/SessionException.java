package io.balsa.raft.session;

/** A command of a session ended without a result. */
public final class SessionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final boolean mayBeApplied;

  /** Why there is no result. */
  public enum Reason {
    /** The cluster doesn't know the session any more: it wasn't heard for its TTL, or too many were opened after it. */
    EXPIRED("the session has expired"),
    /** The command was applied; its result was too large to be kept until it was asked for again. */
    RESULT_FORGOTTEN("the command was applied, but its result is forgotten"),
    /** As many commands as may be are waiting for their answers: propose again when one has come. */
    TOO_MANY_AT_ONCE("too many commands of the session wait for their answers"),
    /** The command is larger than the nodes take. */
    TOO_LARGE("the command is larger than commandBytesMax"),
    /** The state machine isn't a {@link SessionStateMachine}, or the bytes were damaged on their way. */
    NOT_FOR_SESSIONS("the state machine doesn't know sessions"),
    /** {@link RaftSession#close} or {@link RaftSession#abandon} was called. */
    CLOSED("the session is closed");

    private final String explanation;

    Reason(String explanation) {
      this.explanation = explanation;
    }

    /** A half sentence for messages. */
    public String explanation() {
      return explanation;
    }
  }

  SessionException(Reason reason, boolean mayBeApplied) {
    super(
        reason.explanation()
            + (mayBeApplied ? "" : "; the command has not been applied and never will be"));
    this.reason = reason;
    this.mayBeApplied = mayBeApplied;
  }

  public Reason reason() {
    return reason;
  }

  /**
   * Whether the command may have taken effect, or may yet. False says that it certainly has not and never will: it can be
   * proposed in another session.
   */
  public boolean mayBeApplied() {
    return mayBeApplied;
  }
}
