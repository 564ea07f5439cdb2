package io.balsa.kv.ctl;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** How a command answers: in columns for people, or in JSON for programs. */
final class Output {
  private static final Gson JSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.IDENTITY)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();
  private static final String GAP = "  ";

  enum Format {
    table,
    json
  }

  @Option(
      names = {"-w", "--write-out"},
      paramLabel = "table|json",
      description = "How to print: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Format format = Format.table;

  boolean isJson() {
    return format == Format.json;
  }

  static String json(Object value) {
    return JSON.toJson(value);
  }

  /** Lines in columns as wide as their widest cell. */
  static void columns(PrintWriter out, List<List<String>> lines) {
    int columns = lines.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        text.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length())).append(GAP);
      }
      out.println(text.toString().stripTrailing());
    }
  }

  /** As etcdctl prints sizes. */
  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1000 && unit < 4) {
      value /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 10 ? "%.1f %sB" : "%.0f %sB", value, "kMGTP".charAt(unit));
  }
}
