package io.balsa.raft.testkit.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes histories that one state machine would give: clients that call, take effect at some moment, and return. */
final class HistoryMaker {
  /**
   * @param operations how many calls
   * @param processes how many clients at once
   * @param infoShare which part of all calls loses its answer: they happen at once, late or never
   * @param failShare which part fails
   * @param keys how many different ones
   * @param values how many different ones; 0 if none is written twice
   * @param fieldShare which part of what etcd answers is recorded
   */
  record Shape(
      int operations,
      int processes,
      double infoShare,
      double failShare,
      int keys,
      int values,
      double fieldShare) {}

  private record Call(String f, @Nullable Object asked) {}

  private record Answer(String f, @Nullable Object told) {}

  private final SequentialModel model;
  private final Shape shape;
  private final SplittableRandom random;
  private final List<Event> events = new ArrayList<>();
  private final Map<Long, Call> called = new TreeMap<>();
  private final Map<Long, Answer> done = new TreeMap<>();
  private final List<Call> late = new ArrayList<>();
  private final List<Long> processes = new ArrayList<>();
  private @Nullable Object state;
  private int made;
  private long nextProcess;

  private HistoryMaker(SequentialModel model, Shape shape, SplittableRandom random) {
    this.model = model;
    this.shape = shape;
    this.random = random;
    this.state = model.initial();
    for (int i = 0; i < shape.processes(); i++) {
      processes.add(nextProcess++);
    }
  }

  static List<Event> make(SequentialModel model, Shape shape, SplittableRandom random) {
    return new HistoryMaker(model, shape, random).make();
  }

  private List<Event> make() {
    while (made < shape.operations() || !called.isEmpty() || !done.isEmpty()) {
      if (!late.isEmpty() && random.nextInt(8) == 0) {
        Call call = late.remove(random.nextInt(late.size()));
        state = model.apply(state, call.f(), call.asked()).state();
      }
      step(processes.get(random.nextInt(processes.size())));
    }
    return events;
  }

  private void step(long process) {
    Answer answer = done.remove(process);
    Call call = called.remove(process);
    if (answer != null) {
      events.add(Event.ok(process, answer.f(), answer.told()));
    } else if (call != null) {
      proceed(process, call);
    } else if (made < shape.operations()) {
      made++;
      Call fresh = call();
      called.put(process, fresh);
      events.add(Event.invoke(process, fresh.f(), fresh.asked()));
    }
  }

  private void proceed(long process, Call call) {
    double luck = random.nextDouble();
    if (luck < shape.infoShare()) {
      switch (random.nextInt(3)) {
        case 0 -> state = model.apply(state, call.f(), call.asked()).state();
        case 1 -> late.add(call);
        default -> {} // never
      }
      if (random.nextInt(8) > 0) { // some have no completion at all
        events.add(Event.info(process, call.f(), call.asked()));
      }
      processes.set(processes.indexOf(process), nextProcess++);
    } else if (luck < shape.infoShare() + shape.failShare()) {
      events.add(Event.fail(process, call.f(), call.asked()));
    } else {
      SequentialModel.Result result = model.apply(state, call.f(), call.asked());
      state = result.state();
      if (model == SequentialModel.STRICT_CAS_REGISTER
          && call.f().equals("cas")
          && SequentialModel.REFUSED.equals(result.answer())) {
        done.put(process, new Answer("cas-fail", call.asked()));
      } else if (SequentialModel.REFUSED.equals(result.answer())) {
        events.add(Event.fail(process, call.f(), call.asked()));
      } else {
        done.put(process, new Answer(call.f(), told(call, result.answer())));
      }
    }
  }

  private @Nullable Object told(Call call, @Nullable Object answer) {
    if (model != SequentialModel.ETCD_KV) {
      return answer == null ? call.asked() : answer;
    }
    Map<String, @Nullable Object> told = new HashMap<>();
    SequentialModel.map(answer)
        .forEach(
            (name, value) -> {
              boolean asked = SequentialModel.map(call.asked()).containsKey(name);
              if (asked || random.nextDouble() < shape.fieldShare()) {
                told.put(name.toString(), value);
              }
            });
    return told;
  }

  private Call call() {
    String f = model.operations.get(random.nextInt(model.operations.size()));
    if (f.equals("cas-fail") || f.equals("cas-info")) {
      f = "cas";
    }
    return new Call(
        f,
        switch (model) {
          case MUTEX -> null;
          case MULTI_REGISTER -> multi();
          case ETCD_KV -> etcd(f);
          default ->
              f.equals("read") ? null : f.equals("write") ? value() : List.of(value(), value());
        });
  }

  private Object value() {
    return shape.values() == 0 ? "v" + made : "v" + random.nextInt(shape.values());
  }

  private String key() {
    return "k" + random.nextInt(shape.keys());
  }

  private List<Object> multi() {
    List<Object> txn = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      List<@Nullable Object> micro = new ArrayList<>();
      boolean reads = random.nextBoolean();
      micro.add(reads ? ":read" : ":write");
      micro.add(key());
      micro.add(reads ? null : value());
      txn.add(micro);
    }
    return txn;
  }

  private Map<String, Object> etcd(String f) {
    String key = key();
    return switch (f) {
      case "put" -> Map.of("key", key, "value", value());
      case "txn" ->
          Map.of(
              "if", List.of(compare(key)),
              "then", puts(key),
              "else",
                  List.of(
                      random.nextInt(4) == 0 ? List.of(":delete", key()) : List.of(":get", key())));
      default -> Map.of("key", key);
    };
  }

  /** Of one key, or of two at once. */
  private List<Object> puts(String key) {
    String other = key();
    List<Object> one = List.of(":put", key, value());
    return random.nextInt(4) > 0 || other.equals(key)
        ? List.of(one)
        : List.of(one, List.of(":put", other, value()));
  }

  private List<Object> compare(String key) {
    String op = List.of(":=", ":=", ":not=", ":<", ":>").get(random.nextInt(5));
    return switch (random.nextInt(4)) {
      case 0 -> List.of(":value", key, op, value());
      case 1 -> List.of(":version", key, op, (long) random.nextInt(3));
      case 2 -> List.of(":create", key, op, (long) random.nextInt(4));
      default -> List.of(":mod", key, op, (long) random.nextInt(4));
    };
  }

  /** The same with one answer changed, so that it may be impossible; or unchanged, if there is none to change. */
  static List<Event> spoil(List<Event> history, SplittableRandom random) {
    List<Integer> answers = new ArrayList<>();
    boolean succeed = random.nextInt(3) == 0;
    for (int i = 0; i < history.size(); i++) {
      Event.Type type = history.get(i).type();
      String f = history.get(i).f();
      if (type
          == (succeed && !f.equals("read") && !f.equals("get") && !f.equals("txn")
              ? Event.Type.FAIL
              : Event.Type.OK)) {
        answers.add(i);
      }
    }
    if (answers.isEmpty()) {
      return history;
    }
    int at = answers.get(random.nextInt(answers.size()));
    List<Event> spoilt = new ArrayList<>(history);
    Event event = history.get(at);
    spoilt.set(at, Event.ok(event.process(), event.f(), spoil(event.f(), event.value(), random)));
    return spoilt;
  }

  private static @Nullable Object spoil(String f, @Nullable Object told, SplittableRandom random) {
    if (told instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> other = new HashMap<>();
      map.forEach((name, value) -> other.put(name.toString(), value));
      List<String> numbers =
          other.keySet().stream().filter(name -> other.get(name) instanceof Long).sorted().toList();
      if (!numbers.isEmpty()) {
        String name = numbers.get(random.nextInt(numbers.size()));
        long value = (Long) Objects.requireNonNull(other.get(name));
        other.put(name, Math.max(0, value + (random.nextBoolean() ? 1 : -1)));
      } else if (f.equals("get") && other.containsKey("value")) {
        other.put("value", "v" + random.nextInt(3));
      }
      return other;
    }
    if (f.equals("read")) {
      return "v" + random.nextInt(3);
    }
    if (f.equals("txn") && told instanceof List<?> micros) {
      List<Object> other = new ArrayList<>();
      for (Object micro : micros) {
        List<@Nullable Object> one = new ArrayList<>(SequentialModel.list(micro));
        if (one.get(0).equals(":read")) {
          one.set(2, "v" + random.nextInt(3));
        }
        other.add(one);
      }
      return other;
    }
    return told;
  }
}
