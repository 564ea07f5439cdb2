package io.balsa.examples.bench.report;

import java.util.Locale;
import java.util.Map;

/**
 * One column of a table and one field of a JSON line. Immutable.
 *
 * @param name the field of {@link Row} and of the JSON object
 * @param heading what people see; its length, and {@code width}, are the column's least
 * @param digits after the decimal point, for numbers
 */
public record Column(String name, String heading, int width, int digits) {
  /** For words, which stand on the left. */
  public static Column text(String name, String heading, int width) {
    return new Column(name, heading, width, -1);
  }

  /** For numbers, which stand on the right. */
  public static Column number(String name, String heading, int digits) {
    return new Column(name, heading, 7, digits);
  }

  String title() {
    return pad(heading);
  }

  String cell(Map<String, Object> fields) {
    return pad(show(fields.get(name)));
  }

  private String show(@org.jspecify.annotations.Nullable Object value) {
    if (value == null) {
      return "-";
    }
    return value instanceof Number number && digits >= 0
        ? String.format(Locale.ROOT, "%,." + digits + "f", number.doubleValue())
        : value.toString();
  }

  private String pad(String text) {
    String blank = " ".repeat(Math.max(0, Math.max(width, heading.length()) - text.length()));
    return digits < 0 ? text + blank : blank + text;
  }
}
