package io.balsa.raft.model;

/** What can go wrong beside the protocol: a failed store, a stopped node, a wrong setting, a read that wasn't confirmed. */
public abstract sealed class RaftException extends RuntimeException
    permits StorageException, NodeStoppedException, InvalidConfigException, ReadFailedException {
  private static final long serialVersionUID = 1L;

  RaftException(String message) {
    super(message);
  }

  RaftException(String message, Throwable cause) {
    super(message, cause);
  }
}
