package io.balsa.raft.testkit.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The models once more, as plainly as can be: one operation at a time, on immutable states. Histories for tests are made with them,
 * and judged by {@link BruteForce}.
 */
enum SequentialModel {
  REGISTER(Model.Kind.REGISTER, List.of("read", "write")),
  CAS_REGISTER(Model.Kind.CAS_REGISTER, List.of("read", "write", "cas")),
  STRICT_CAS_REGISTER(
      Model.Kind.STRICT_CAS_REGISTER, List.of("read", "write", "cas", "cas-fail", "cas-info")),
  MULTI_REGISTER(Model.Kind.MULTI_REGISTER, List.of("txn")),
  MUTEX(Model.Kind.MUTEX, List.of("acquire", "release")),
  ETCD_KV(Model.Kind.ETCD_KV, List.of("put", "delete", "get", "txn"));

  /** The answer of what can't be done. */
  static final String REFUSED = "refused";

  /**
   * @param state afterwards
   * @param answer what the client is told; {@code null} if nothing but that it is done
   */
  record Result(@Nullable Object state, @Nullable Object answer) {}

  private record Cell(Object value, long mod, long create, long version) {}

  private record KeySpace(long rev, Map<Object, Cell> cells) {}

  final Model.Kind kind;
  final List<String> operations;

  SequentialModel(Model.Kind kind, List<String> operations) {
    this.kind = kind;
    this.operations = operations;
  }

  @Nullable Object initial() {
    return switch (this) {
      case REGISTER, CAS_REGISTER -> null;
      case STRICT_CAS_REGISTER -> Event.ABSENT;
      case MULTI_REGISTER -> Map.of();
      case MUTEX -> false;
      case ETCD_KV -> new KeySpace(1, Map.of());
    };
  }

  Result apply(@Nullable Object state, String f, @Nullable Object asked) {
    return switch (this) {
      case REGISTER, CAS_REGISTER, STRICT_CAS_REGISTER -> register(state, f, asked);
      case MUTEX -> {
        boolean held = Boolean.TRUE.equals(state);
        boolean acquires = f.equals("acquire");
        yield held == acquires ? new Result(state, REFUSED) : new Result(acquires, null);
      }
      case MULTI_REGISTER -> multi(map(state), list(asked));
      case ETCD_KV -> etcd((KeySpace) Objects.requireNonNull(state), f, map(asked));
    };
  }

  /** Whether a client that was told this may have got that answer. */
  boolean agrees(String f, @Nullable Object told, @Nullable Object answer) {
    if (this == ETCD_KV) {
      return agrees(map(told), map(answer));
    }
    return switch (f) {
      case "read", "txn" -> Objects.equals(told, answer);
      default -> !REFUSED.equals(answer);
    };
  }

  private static Result register(@Nullable Object state, String f, @Nullable Object asked) {
    switch (f) {
      case "read":
        return new Result(state, state);
      case "write":
        return new Result(asked, null);
      default:
        boolean found = Objects.equals(state, list(asked).get(0));
        if (f.equals("cas-fail")) {
          return new Result(state, found ? REFUSED : null);
        }
        return found ? new Result(list(asked).get(1), null) : new Result(state, REFUSED);
    }
  }

  private static Result multi(Map<?, ?> state, List<?> txn) {
    Map<Object, @Nullable Object> after = new HashMap<>(state);
    List<Object> answer = new ArrayList<>();
    for (Object micro : txn) {
      List<?> one = list(micro);
      if (one.get(0).equals(":write")) {
        after.put(one.get(1), one.get(2));
        answer.add(one);
      } else {
        List<@Nullable Object> read = new ArrayList<>(one);
        read.set(2, after.get(one.get(1)));
        answer.add(read);
      }
    }
    return new Result(after, answer);
  }

  private static Result etcd(KeySpace state, String f, Map<?, ?> asked) {
    Object key = asked.get("key");
    Map<String, @Nullable Object> answer = new TreeMap<>();
    asked.forEach((name, value) -> answer.put(name.toString(), value));
    List<?> compares = f.equals("txn") ? list(asked.get("if")) : List.of();
    boolean succeeded = compares.stream().allMatch(compare -> holds(state, list(compare)));
    String branch = succeeded ? "then" : "else";
    List<?> micros =
        switch (f) {
          case "put" -> List.of(List.of(":put", key, asked.get("value")));
          case "delete" -> List.of(List.of(":delete", key));
          case "get" -> List.of(List.of(":get", key));
          default -> list(asked.get(branch));
        };
    Map<Object, Cell> cells = new HashMap<>(state.cells());
    List<Object> told = new ArrayList<>();
    boolean wrote = false;
    for (Object micro : micros) {
      List<?> one = list(micro);
      Object k = one.get(1);
      Cell cell = cells.get(k);
      long made = state.rev() + 1;
      switch ((String) one.get(0)) {
        case ":put" -> {
          cells.put(
              k,
              cell == null
                  ? new Cell(one.get(2), made, made, 1)
                  : new Cell(one.get(2), made, cell.create(), cell.version() + 1));
          wrote = true;
          told.add(one);
        }
        case ":delete" -> {
          answer.put("deleted", cells.remove(k) == null ? 0L : 1L);
          wrote |= cell != null;
          told.add(one);
        }
        default -> {
          told.add(List.of(":get", k, cell == null ? Event.ABSENT : cell.value()));
          if (f.equals("get")) {
            answer.put("value", cell == null ? Event.ABSENT : cell.value());
            answer.put("mod", cell == null ? 0L : cell.mod());
            answer.put("create", cell == null ? 0L : cell.create());
            answer.put("version", cell == null ? 0L : cell.version());
          }
        }
      }
    }
    long rev = wrote ? state.rev() + 1 : state.rev();
    answer.put("rev", rev);
    if (f.equals("txn")) {
      answer.remove("deleted");
      answer.put("succeeded", succeeded);
      answer.put(branch, told);
    }
    return new Result(new KeySpace(rev, cells), answer);
  }

  private static boolean holds(KeySpace state, List<?> compare) {
    Cell cell = state.cells().get(compare.get(1));
    String op = (String) compare.get(2);
    Object x = compare.get(3);
    if (compare.get(0).equals(":value")) {
      return cell != null && holds(cell.value().toString().compareTo(x.toString()), op);
    }
    long is =
        cell == null
            ? 0
            : switch ((String) compare.get(0)) {
              case ":mod" -> cell.mod();
              case ":create" -> cell.create();
              default -> cell.version();
            };
    return holds(Long.compare(is, ((Number) x).longValue()), op);
  }

  private static boolean holds(int order, String op) {
    return switch (op) {
      case ":=" -> order == 0;
      case ":not=" -> order != 0;
      case ":<" -> order < 0;
      default -> order > 0;
    };
  }

  /** What isn't told may be anything; a get within a transaction that isn't told is null, or lacks its value. */
  private static boolean agrees(Map<?, ?> told, Map<?, ?> answer) {
    for (var field : told.entrySet()) {
      Object is = answer.get(field.getKey());
      if (field.getKey().equals("then") || field.getKey().equals("else")) {
        List<?> heard = list(field.getValue());
        for (int i = 0; i < heard.size(); i++) {
          List<?> micro = list(heard.get(i));
          boolean known = micro.size() == 3 && micro.get(2) != null;
          // the answer has it only for the branch that was taken
          if (known && list(list(is).get(i)).size() == 3 && !micro.equals(list(is).get(i))) {
            return false;
          }
        }
      } else if (!Objects.equals(field.getValue(), is)) {
        return false;
      }
    }
    return true;
  }

  static List<?> list(@Nullable Object value) {
    return (List<?>) Objects.requireNonNull(value);
  }

  static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }
}
