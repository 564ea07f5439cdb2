package io.balsa.examples.cluster;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rows under headings, printed in columns for people or as a JSON array of objects for programs. One thread at a time. */
final class Table {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<Object>> rows = new ArrayList<>();

  /**
   * @param headings in lower case; they are the JSON fields' names
   */
  Table(List<String> headings) {
    this.headings = List.copyOf(headings);
  }

  /** Adds a row of texts, numbers, booleans or {@link Optional}s of them, one for each heading. */
  void add(List<Object> row) {
    if (row.size() != headings.size()) {
      throw new IllegalArgumentException("a row of " + row.size() + " for " + headings);
    }
    rows.add(List.copyOf(row));
  }

  void print(PrintWriter out, boolean json) {
    if (json) {
      printJson(out);
    } else {
      printColumns(out);
    }
    out.flush();
  }

  private void printColumns(PrintWriter out) {
    List<Object> titles =
        List.copyOf(headings.stream().map(h -> h.toUpperCase(Locale.ROOT)).toList());
    List<List<Object>> lines = new ArrayList<>();
    lines.add(titles);
    lines.addAll(rows);
    for (List<Object> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        String cell = cell(line.get(column));
        text.append(cell).append(" ".repeat(width(lines, column) - cell.length())).append(GAP);
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static int width(List<List<Object>> lines, int column) {
    return lines.stream().mapToInt(line -> cell(line.get(column)).length()).max().orElse(0);
  }

  private static String cell(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "yes" : "no";
    }
    if (value instanceof Optional<?> perhaps) {
      return perhaps.map(Object::toString).orElse("-");
    }
    return value.toString();
  }

  private void printJson(PrintWriter out) {
    out.println(
        rows.stream().map(this::jsonObject).collect(Collectors.joining(",\n  ", "[\n  ", "\n]")));
  }

  private String jsonObject(List<Object> row) {
    List<String> fields = new ArrayList<>();
    for (int column = 0; column < row.size(); column++) {
      fields.add(jsonText(headings.get(column)) + ": " + jsonValue(row.get(column)));
    }
    return "{" + String.join(", ", fields) + "}";
  }

  private static String jsonValue(Object value) {
    if (value instanceof Optional<?> perhaps) {
      return perhaps.map(Table::jsonValue).orElse("null");
    }
    return value instanceof Number || value instanceof Boolean
        ? value.toString()
        : jsonText(value.toString());
  }

  private static String jsonText(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
