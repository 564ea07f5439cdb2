package io.balsa.raft.model;

import java.util.Locale;

/** Checks that stay on in production: a node that finds one broken stops at once, before it can tell anybody. */
public final class Invariant {
  private Invariant() {}

  /**
   * @param format as for {@link String#format(String, Object...)}; formatted only when the check fails
   * @throws InvariantViolation when the condition doesn't hold
   */
  public static void check(boolean condition, String format, Object... args) {
    if (!condition) {
      throw new InvariantViolation(String.format(Locale.ROOT, format, args));
    }
  }
}
