package io.balsa.raft.testkit.checker;

import java.util.OptionalInt;

/** A history can't be judged because it isn't one: not readable, or not of the model. Nothing was decided about it. */
public final class HistoryFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int line;
  private final String reason;

  HistoryFormatException(int line, String reason, Throwable cause) {
    super(line > 0 ? "line " + line + ": " + reason : reason, cause);
    this.line = line;
    this.reason = reason;
  }

  /** From 1 on; of a history that isn't from a file, the number of the event. */
  public OptionalInt line() {
    return line > 0 ? OptionalInt.of(line) : OptionalInt.empty();
  }

  public String reason() {
    return reason;
  }
}
