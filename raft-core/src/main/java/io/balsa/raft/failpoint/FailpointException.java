package io.balsa.raft.failpoint;

/** What an armed failpoint throws. */
public final class FailpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FailpointException(String name) {
    super("the failpoint " + name + " is armed to fail");
  }
}
