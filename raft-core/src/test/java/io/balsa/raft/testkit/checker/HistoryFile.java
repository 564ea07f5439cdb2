package io.balsa.raft.testkit.checker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Histories as files: one event a line, as an EDN map ({@code .edn}) or a JSON object ({@code .jsonl}). */
public enum HistoryFile {
  EDN,
  JSON_LINES;

  /** By the file's name. */
  public static HistoryFile of(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".jsonl") || name.endsWith(".json") ? JSON_LINES : EDN;
  }

  /** Writes a whole history; a recorder that may die had better append {@link #line}s as they come. */
  public static void write(Path file, List<Event> history) throws IOException {
    HistoryFile format = of(file);
    Files.write(file, (Iterable<String>) history.stream().map(format::line)::iterator);
  }

  /** One event, without the end of the line. */
  public String line(Event event) {
    StringJoiner fields = new StringJoiner(this == EDN ? ", " : ",", "{", "}");
    field(fields, "process", String.valueOf(event.process()));
    field(fields, "type", name(event.type().word()));
    field(fields, "f", name(event.f()));
    field(fields, "value", value(event.value()));
    event.timeNanos().ifPresent(time -> field(fields, "time", String.valueOf(time)));
    event.error().ifPresent(error -> field(fields, "error", quoted(error)));
    return fields.toString();
  }

  private void field(StringJoiner fields, String key, String value) {
    fields.add(this == EDN ? ":" + key + " " + value : quoted(key) + ":" + value);
  }

  private String name(String word) {
    return this == EDN ? ":" + word : quoted(word);
  }

  private String value(@Nullable Object value) {
    if (value == null) {
      return this == EDN ? "nil" : "null";
    } else if (value instanceof String text) {
      return this == EDN && isKeyword(text) ? text : quoted(text);
    } else if (value instanceof List<?> list) {
      StringJoiner all = new StringJoiner(this == EDN ? " " : ",", "[", "]");
      list.forEach(one -> all.add(value(one)));
      return all.toString();
    } else if (value instanceof Map<?, ?> map) {
      return map(map);
    } else if (value instanceof Boolean
        || value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      return value.toString();
    }
    throw new IllegalArgumentException(
        "a history has no values such as " + value + ", of " + value.getClass().getName());
  }

  private String map(Map<?, ?> map) {
    StringJoiner all = new StringJoiner(this == EDN ? ", " : ",", "{", "}");
    map.forEach(
        (key, value) -> {
          if (this == EDN) {
            String name = String.valueOf(key);
            all.add(value(isKeyword(":" + name) ? ":" + name : name) + " " + value(value));
          } else {
            all.add(quoted(String.valueOf(key)) + ":" + value(value));
          }
        });
    return all.toString();
  }

  private static boolean isKeyword(String text) {
    return text.matches(":[a-zA-Z<>=*+!_?-][\\w<>=*+!?.-]*");
  }

  /** Both formats write text alike. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || (c >= 0xd800 && c < 0xe000)) {
            quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
