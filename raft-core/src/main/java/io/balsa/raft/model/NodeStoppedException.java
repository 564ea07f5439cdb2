package io.balsa.raft.model;

/** The node was closed, or stopped itself after a failure (then the cause says which). */
public final class NodeStoppedException extends RaftException {
  private static final long serialVersionUID = 1L;

  public NodeStoppedException(String message) {
    super(message);
  }

  public NodeStoppedException(String message, Throwable cause) {
    super(message, cause);
  }
}
