package io.balsa.raft.testkit.invariant;

import java.util.Locale;

/** A property that must always hold doesn't. */
public final class PropertyViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String property;

  public PropertyViolation(String property, String explanation) {
    super(property + ": " + explanation);
    this.property = property;
  }

  /** The simple name of the property's class. */
  public String property() {
    return property;
  }

  /** Formats only when the condition doesn't hold. */
  static void check(boolean condition, Property property, String format, Object... args) {
    if (!condition) {
      throw new PropertyViolation(property.name(), String.format(Locale.ROOT, format, args));
    }
  }
}
