package io.balsa.examples.bench.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** One result: what was measured, and the figures, by name. One thread at a time. */
public final class Row {
  private final Map<String, Object> fields = new LinkedHashMap<>();

  public Row with(String name, String value) {
    fields.put(name, value);
    return this;
  }

  /** A figure; one that isn't a finite number, because there was nothing to divide by, is left out. */
  public Row with(String name, double value) {
    if (Double.isFinite(value)) {
      fields.put(name, value);
    }
    return this;
  }

  public Row with(String name, long value) {
    fields.put(name, value);
    return this;
  }

  public Row with(String name, OptionalDouble value) {
    value.ifPresent(present -> with(name, present));
    return this;
  }

  public Row with(Row more) {
    fields.putAll(more.fields);
    return this;
  }

  /** The figure of this name, or empty where it wasn't measured. */
  public OptionalDouble figure(String name) {
    return fields.get(name) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  Map<String, Object> fields() {
    return fields;
  }
}
