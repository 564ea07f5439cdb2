package io.balsa.examples.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.balsa.examples.process.ExampleException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where results go as soon as there are any: a line of a table each, and a line of JSON. What is being done meanwhile goes to
 * the terminal's error stream, on one line that the next one replaces. One thread at a time.
 */
public final class Report implements AutoCloseable {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final String ERASE_LINE = "\r\u001b[K";

  private final String bench;
  private final PrintWriter out;
  private final PrintWriter progress;
  private final boolean terminal = Boolean.getBoolean("balsa.terminal");
  private final @Nullable Writer json;
  private List<Column> columns = List.of();

  /**
   * @param json where the lines are appended, or null for none
   * @throws ExampleException if that file can't be written
   */
  public Report(String bench, PrintWriter out, PrintWriter progress, @Nullable Path json) {
    this.bench = bench;
    this.out = out;
    this.progress = progress;
    try {
      this.json =
          json == null
              ? null
              : Files.newBufferedWriter(json, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new ExampleException("can't write " + json + ": " + e.getMessage(), e);
    }
  }

  /** A line for people only. */
  public void say(String text) {
    erase();
    out.println(text);
    out.flush();
  }

  /** Begins a table. */
  public void begin(List<Column> table) {
    columns = List.copyOf(table);
    say("");
    say(columns.stream().map(Column::title).collect(Collectors.joining("  ")).stripTrailing());
  }

  public void add(Row row) {
    say(
        columns.stream()
            .map(column -> column.cell(row.fields()))
            .collect(Collectors.joining("  "))
            .stripTrailing());
    write(row);
  }

  /** What goes on now. */
  public void progress(String text) {
    if (terminal) {
      progress.print(ERASE_LINE + text);
    } else {
      progress.println(text);
    }
    progress.flush();
  }

  private void erase() {
    if (terminal) {
      progress.print(ERASE_LINE);
      progress.flush();
    }
  }

  private void write(Row row) {
    if (json == null) {
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("bench", bench);
    line.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.putAll(row.fields());
    try {
      json.write(GSON.toJson(line) + "\n");
      json.flush();
    } catch (IOException e) {
      throw new ExampleException("can't write the JSON lines: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      if (json != null) {
        json.close();
      }
    } catch (IOException e) {
      throw new ExampleException("can't write the JSON lines: " + e.getMessage(), e);
    }
  }
}
