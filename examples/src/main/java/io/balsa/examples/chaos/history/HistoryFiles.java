package io.balsa.examples.chaos.history;

import io.balsa.raft.testkit.checker.Event;
import io.balsa.raft.testkit.checker.HistoryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Histories as the checker reads them, in memory and as files. Stateless. */
public final class HistoryFiles {
  private HistoryFiles() {}

  /**
   * Writes {@code NAME.edn} and {@code NAME.jsonl}: an event a line.
   *
   * @throws IOException if the directory can't be written to
   */
  public static void write(Path dir, String name, List<Operation> operations) throws IOException {
    List<Event> events = events(operations, false);
    HistoryFile.write(dir.resolve(name + ".edn"), events);
    HistoryFile.write(dir.resolve(name + ".jsonl"), events);
  }

  /**
   * Writes lines of text, for people.
   *
   * @throws IOException if the directory can't be written to
   */
  public static void writeLines(Path dir, String name, List<String> lines) throws IOException {
    Files.write(dir.resolve(name), lines);
  }

  /**
   * What was asked and answered, in the order of the one counter.
   *
   * @param isBeginning whether there are more: then nothing is known of what ended after the last of these had begun, for an
   *     answer from that time may tell of operations that aren't here
   */
  public static List<Event> events(List<Operation> operations, boolean isBeginning) {
    Map<Long, Event> byOrder = new TreeMap<>();
    long cut = isBeginning ? operations.get(operations.size() - 1).order() : Long.MAX_VALUE;
    for (Operation operation : operations) {
      byOrder.put(operation.order(), invocation(operation));
      operation
          .completion()
          .filter(end -> end.order() < cut)
          .ifPresent(end -> byOrder.put(end.order(), completion(operation, end)));
    }
    return List.copyOf(byOrder.values());
  }

  static Event invocation(Operation operation) {
    return Event.invoke(operation.process(), operation.f(), plain(operation.value()))
        .at(operation.nanos());
  }

  static Event completion(Operation operation, Completion end) {
    Object value = plain(end.value());
    Event event =
        switch (end.type()) {
          case OK -> Event.ok(operation.process(), operation.f(), value);
          case FAIL -> Event.fail(operation.process(), operation.f(), value);
          case INFO -> Event.info(operation.process(), operation.f(), value);
        };
    Event timed = event.at(end.nanos());
    return end.error().isEmpty() ? timed : timed.because(end.error());
  }

  /** As the checker wants it: keywords are texts with a colon, keys of maps are texts without. */
  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Keyword keyword) {
      return keyword.toString();
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> plain = new ArrayList<>();
      list.forEach(each -> plain.add(plain(each)));
      return plain;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((key, each) -> plain.put(((Keyword) key).name(), plain(each)));
      return plain;
    }
    return value;
  }
}
