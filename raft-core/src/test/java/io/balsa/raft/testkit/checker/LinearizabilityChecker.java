package io.balsa.raft.testkit.checker;

import clojure.java.api.Clojure;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether a history is linearizable: whether its operations can be put into one order, each between its call and its
 * return, in which the model gives every answer that was given.
 *
 * <p>Stateless; any number of threads may check at once. The first call loads the search, which takes about half a second.
 */
public final class LinearizabilityChecker {
  private static final String CORE = "balsa.checker.core";
  private static final String READER = "balsa.checker.reader";

  private LinearizabilityChecker() {}

  /** Loads Clojure when it is needed, once. */
  private static final class Functions {
    static final IFn CHECK = function(CORE, "check-for-java");
    static final IFn EDN = function(CORE, "read-edn");
    static final IFn READ = function(READER, "read-events");
    static final IFn EVENTS = function(READER, "events-from-java");
    static final IFn VALUE = function(READER, "from-json");

    private static IFn function(String namespace, String name) {
      Clojure.var("clojure.core", "require").invoke(Clojure.read(namespace));
      return Clojure.var(namespace, name);
    }
  }

  /**
   * Judges a history in memory.
   *
   * @throws HistoryFormatException if it isn't a history of that model
   */
  public static Verdict check(Model model, List<Event> history, Limits limits) {
    List<Object> plain = new ArrayList<>(history.size());
    for (Event event : history) {
      Map<String, @Nullable Object> map = new HashMap<>();
      map.put("process", event.process());
      map.put("type", event.type().word());
      map.put("f", event.f());
      map.put("value", event.value());
      plain.add(map);
    }
    return judge(model, () -> Functions.EVENTS.invoke(plain), limits);
  }

  /**
   * Judges a history in a file: JSON lines if its name ends with {@code .jsonl}, else EDN.
   *
   * @throws HistoryFormatException if it can't be read as a history of that model, with the line and the reason
   * @throws IOException if the file can't be read at all
   */
  public static Verdict check(Model model, Path file, Limits limits) throws IOException {
    try {
      return judge(model, () -> Functions.READ.invoke(file), limits);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Clojure throws what Java would have to declare
      throw e instanceof IOException io ? io : new IOException(e);
    }
  }

  /** An initial value as on a command line: EDN, such as {@code 0}, {@code "a"} or {@code {:x 0 :y 0}}. */
  public static Model beginningWithEdn(Model model, String edn) {
    return model.beginningWith(Functions.EDN.invoke(edn));
  }

  private interface Events {
    Object read();
  }

  private static Verdict judge(Model model, Events events, Limits limits) {
    try {
      return verdict(
          Functions.CHECK.invoke(
              events.read(),
              model.kind().label(),
              model.initial().isPresent(),
              model.initial().map(initial -> Functions.VALUE.invoke(initial.value())).orElse(null),
              model.perKey(),
              limits.nanos(),
              limits.memoryBytes()));
    } catch (clojure.lang.ExceptionInfo e) {
      Object line = e.getData().valAt(Keyword.intern("line"));
      Object reason = e.getData().valAt(Keyword.intern("reason"));
      if (reason == null) {
        throw e;
      }
      throw new HistoryFormatException(
          line == null ? 0 : Math.toIntExact(((Number) line).longValue()), reason.toString(), e);
    }
  }

  // What comes back: a map from text to plain values.

  private static Verdict verdict(Object result) {
    Map<?, ?> map = (Map<?, ?>) result;
    return switch (text(map, "verdict")) {
      case "valid" -> new Verdict.Valid();
      case "unknown" -> new Verdict.Unknown(text(map, "reason"));
      default -> invalid(map);
    };
  }

  private static Verdict.Invalid invalid(Map<?, ?> map) {
    List<Verdict.Refusal> refusals = new ArrayList<>();
    for (Object refusal : list(map, "refusals")) {
      Map<?, ?> one = (Map<?, ?>) refusal;
      refusals.add(new Verdict.Refusal(number(one, "id"), text(one, "reason")));
    }
    List<Verdict.Operation> operations = new ArrayList<>();
    for (Object operation : list(map, "operations")) {
      operations.add(operation((Map<?, ?>) operation));
    }
    return new Verdict.Invalid(
        Optional.ofNullable(map.get("key")).map(Object::toString),
        number(map, "events"),
        Boolean.TRUE.equals(map.get("least")),
        numbers(map, "conflict"),
        Boolean.TRUE.equals(map.get("conflict-least")),
        optional(map, "unexplained"),
        new Verdict.Longest(numbers(map, "order"), text(map, "state"), List.copyOf(refusals)),
        List.copyOf(operations));
  }

  private static Verdict.Operation operation(Map<?, ?> map) {
    return new Verdict.Operation(
        number(map, "id"),
        text(map, "process"),
        text(map, "text"),
        switch (text(map, "type")) {
          case "ok" -> Verdict.Operation.State.OK;
          case "fail" -> Verdict.Operation.State.FAIL;
          default -> Verdict.Operation.State.INFO;
        },
        number(map, "call"),
        optional(map, "return"),
        number(map, "line"),
        optional(map, "return-line"));
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return (List<?>) Objects.requireNonNull(map.get(key), key);
  }

  private static List<Integer> numbers(Map<?, ?> map, String key) {
    return list(map, key).stream().map(n -> Math.toIntExact(((Number) n).longValue())).toList();
  }

  private static String text(Map<?, ?> map, String key) {
    return Objects.requireNonNull(map.get(key), key).toString();
  }

  private static int number(Map<?, ?> map, String key) {
    return Math.toIntExact(((Number) Objects.requireNonNull(map.get(key), key)).longValue());
  }

  private static OptionalInt optional(Map<?, ?> map, String key) {
    return map.get(key) == null ? OptionalInt.empty() : OptionalInt.of(number(map, key));
  }
}
