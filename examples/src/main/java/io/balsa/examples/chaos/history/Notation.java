package io.balsa.examples.chaos.history;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as EDN or as JSON: null, numbers, booleans, strings, keywords, lists, and maps with keywords as keys. In JSON
 * a keyword is a string with a leading colon, and a map's key goes without. Stateless.
 */
final class Notation {
  private Notation() {}

  static void edn(@Nullable Object value, StringBuilder to) {
    if (value == null) {
      to.append("nil");
    } else if (value instanceof String text) {
      quote(text, to);
    } else if (value instanceof List<?> list) {
      to.append('[');
      for (int i = 0; i < list.size(); i++) {
        to.append(i == 0 ? "" : " ");
        edn(list.get(i), to);
      }
      to.append(']');
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        to.append(separator).append(entry.getKey()).append(' ');
        edn(entry.getValue(), to);
        separator = ", ";
      }
      to.append(map.isEmpty() ? "{}" : "}");
    } else {
      to.append(value);
    }
  }

  static void json(@Nullable Object value, StringBuilder to) {
    if (value instanceof String text) {
      quote(text, to);
    } else if (value instanceof Keyword keyword) {
      quote(keyword.toString(), to);
    } else if (value instanceof List<?> list) {
      to.append('[');
      for (int i = 0; i < list.size(); i++) {
        to.append(i == 0 ? "" : ",");
        json(list.get(i), to);
      }
      to.append(']');
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        to.append(separator);
        quote(((Keyword) entry.getKey()).name(), to);
        to.append(':');
        json(entry.getValue(), to);
        separator = ",";
      }
      to.append(map.isEmpty() ? "{}" : "}");
    } else {
      to.append(value);
    }
  }

  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> to.append('\\').append(c);
        case '\n' -> to.append("\\n");
        case '\r' -> to.append("\\r");
        case '\t' -> to.append("\\t");
        default -> {
          if (c < ' ') {
            to.append(String.format("\\u%04x", (int) c));
          } else {
            to.append(c);
          }
        }
      }
    }
    to.append('"');
  }
}
