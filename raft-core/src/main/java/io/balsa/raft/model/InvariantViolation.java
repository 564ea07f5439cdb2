package io.balsa.raft.model;

/** Something that can't be was seen: a bug of ours or damaged memory. The node that throws it stops. */
public final class InvariantViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvariantViolation(String message) {
    super(message);
  }
}
