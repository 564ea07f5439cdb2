package io.balsa.raft.model;

/** A store couldn't read or write, or found damage. The node stops: a store that failed once is never called again. */
public sealed class StorageException extends RaftException permits DamageException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
