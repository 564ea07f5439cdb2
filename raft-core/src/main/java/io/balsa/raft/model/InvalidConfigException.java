package io.balsa.raft.model;

/** A setting breaks a rule; the message says which rule and what was given. Nothing was started or written. */
public final class InvalidConfigException extends RaftException {
  private static final long serialVersionUID = 1L;

  public InvalidConfigException(String message) {
    super(message);
  }
}
