package io.balsa.raft.model;

/** What a log slot holds. */
public enum EntryKind {
  /** Nothing: a new leader's first entry, by whose commit it learns what is committed (paper §8). */
  NOOP(0),
  /** The user's bytes, for the state machine. */
  COMMAND(1),
  /** A {@link Membership}, in force from the moment it is appended (thesis §4.1). */
  MEMBERSHIP(2);

  private final int code;

  EntryKind(int code) {
    this.code = code;
  }

  /** The number that stands for this kind on disk and on the wire; never changes. */
  public int code() {
    return code;
  }

  /**
   * @throws IllegalArgumentException for a number that no kind has: written by a newer version, or damaged
   */
  public static EntryKind ofCode(int code) {
    return switch (code) {
      case 0 -> NOOP;
      case 1 -> COMMAND;
      case 2 -> MEMBERSHIP;
      default -> throw new IllegalArgumentException("no entry kind has the code " + code);
    };
  }
}
