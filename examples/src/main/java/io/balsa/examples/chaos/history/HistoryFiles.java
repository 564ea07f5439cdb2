package io.balsa.examples.chaos.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Histories as files: an event a line, once as EDN and once as JSON. Stateless. */
public final class HistoryFiles {
  private HistoryFiles() {}

  /** One line of a history. */
  private record Event(long order, Map<Keyword, @Nullable Object> fields) {}

  /**
   * Writes {@code NAME.edn} and {@code NAME.jsonl}.
   *
   * @throws IOException if the directory can't be written to
   */
  public static void write(Path dir, String name, List<Operation> operations) throws IOException {
    List<Event> events = events(operations);
    try (BufferedWriter edn = Files.newBufferedWriter(dir.resolve(name + ".edn"));
        BufferedWriter json = Files.newBufferedWriter(dir.resolve(name + ".jsonl"))) {
      for (Event event : events) {
        StringBuilder line = new StringBuilder();
        Notation.edn(event.fields(), line);
        edn.append(line.append('\n'));
        line.setLength(0);
        Notation.json(plainWords(event.fields()), line);
        json.append(line.append('\n'));
      }
    }
  }

  /** In JSON, the words for what a line is about go without a colon; only those within values have one. */
  private static Map<Keyword, @Nullable Object> plainWords(Map<Keyword, @Nullable Object> fields) {
    Map<Keyword, @Nullable Object> plain = new LinkedHashMap<>(fields);
    plain.computeIfPresent(Keyword.of("type"), (key, word) -> ((Keyword) word).name());
    plain.computeIfPresent(Keyword.of("f"), (key, word) -> ((Keyword) word).name());
    return plain;
  }

  /**
   * Writes lines of text, for people.
   *
   * @throws IOException if the directory can't be written to
   */
  public static void writeLines(Path dir, String name, List<String> lines) throws IOException {
    Files.write(dir.resolve(name), lines);
  }

  private static List<Event> events(List<Operation> operations) {
    List<Event> events = new ArrayList<>();
    for (Operation operation : operations) {
      events.add(
          event(operation, "invoke", operation.value(), operation.order(), operation.nanos(), ""));
      operation
          .completion()
          .ifPresent(
              end ->
                  events.add(
                      event(
                          operation,
                          end.type().name().toLowerCase(Locale.ROOT),
                          end.value(),
                          end.order(),
                          end.nanos(),
                          end.error())));
    }
    events.sort(Comparator.comparingLong(Event::order));
    return events;
  }

  private static Event event(
      Operation operation,
      String type,
      @Nullable Object value,
      long order,
      long nanos,
      String error) {
    Map<Keyword, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put(Keyword.of("process"), operation.process());
    fields.put(Keyword.of("type"), Keyword.of(type));
    fields.put(Keyword.of("f"), Keyword.of(operation.f()));
    fields.put(Keyword.of("value"), value);
    fields.put(Keyword.of("time"), nanos);
    fields.put(Keyword.of("index"), order);
    if (!error.isEmpty()) {
      fields.put(Keyword.of("error"), error);
    }
    return new Event(order, fields);
  }
}
