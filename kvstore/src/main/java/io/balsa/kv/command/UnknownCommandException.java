package io.balsa.kv.command;

/**
 * A committed command that this version doesn't understand: damaged, or written by a newer version. Thrown on the apply
 * thread it stops the node, because a state that skipped a command serves nobody.
 */
public final class UnknownCommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnknownCommandException(String message) {
    super(message);
  }

  public UnknownCommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
