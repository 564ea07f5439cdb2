package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.history.Keyword;
import io.balsa.examples.chaos.model.Compare;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.KvResult;
import io.balsa.examples.chaos.model.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Requests and answers as values of a history of the model {@code etcd-kv}. Stateless. */
final class KvNotation {
  private static final Keyword ABSENT = Keyword.of("absent");

  private KvNotation() {}

  static String f(KvRequest request) {
    return switch (request.form()) {
      case PUT -> "put";
      case DELETE -> "delete";
      case GET -> "get";
      case SERIALIZABLE_GET -> "serializable-get";
      case TXN -> "txn";
    };
  }

  static Map<Keyword, @Nullable Object> value(KvRequest request) {
    Map<Keyword, @Nullable Object> value = new LinkedHashMap<>();
    if (request.form() == KvRequest.Form.TXN) {
      value.put(Keyword.of("if"), request.compares().stream().map(KvNotation::compare).toList());
      value.put(Keyword.of("then"), steps(request.then(), List.of()));
      value.put(Keyword.of("else"), steps(request.otherwise(), List.of()));
      return value;
    }
    KvOp op = request.then().get(0);
    value.put(Keyword.of("key"), op.key());
    if (op instanceof KvOp.Put put) {
      value.put(Keyword.of("value"), put.value());
    }
    return value;
  }

  static Map<Keyword, @Nullable Object> value(KvRequest request, KvAnswer answer) {
    Map<Keyword, @Nullable Object> value = value(request);
    if (request.form() == KvRequest.Form.TXN) {
      String taken = answer.succeeded() ? "then" : "else";
      value.put(Keyword.of(taken), steps(request.branch(answer.succeeded()), answer.results()));
      value.put(Keyword.of("succeeded"), answer.succeeded());
    } else if (answer.results().get(0) instanceof KvResult.Deleted deleted) {
      value.put(Keyword.of("deleted"), deleted.count());
    } else if (answer.results().get(0) instanceof KvResult.Got got) {
      Optional<Version> found = got.found();
      value.put(Keyword.of("value"), found.<Object>map(Version::value).orElse(ABSENT));
      found.ifPresent(
          version -> {
            value.put(Keyword.of("mod"), version.mod());
            value.put(Keyword.of("create"), version.create());
            value.put(Keyword.of("version"), version.version());
          });
    }
    value.put(Keyword.of("rev"), answer.revision());
    return value;
  }

  private static List<Object> compare(Compare compare) {
    Keyword target = Keyword.of(compare.target().name().toLowerCase(Locale.ROOT));
    Keyword relation =
        Keyword.of(
            switch (compare.relation()) {
              case EQUAL -> "=";
              case NOT_EQUAL -> "not=";
              case LESS -> "<";
              case GREATER -> ">";
            });
    Object with = compare.target() == Compare.Target.VALUE ? compare.text() : compare.number();
    return List.of(target, compare.key(), relation, with);
  }

  private static List<Object> steps(List<KvOp> ops, List<KvResult> results) {
    List<Object> steps = new ArrayList<>();
    for (int i = 0; i < ops.size(); i++) {
      steps.add(step(ops.get(i), results.isEmpty() ? null : results.get(i)));
    }
    return steps;
  }

  private static List<@Nullable Object> step(KvOp op, @Nullable KvResult result) {
    List<@Nullable Object> step = new ArrayList<>();
    if (op instanceof KvOp.Put put) {
      step.add(Keyword.of("put"));
      step.add(put.key());
      step.add(put.value());
    } else if (op instanceof KvOp.Delete delete) {
      step.add(Keyword.of("delete"));
      step.add(delete.key());
    } else {
      step.add(Keyword.of("get"));
      step.add(op.key());
      step.add(result instanceof KvResult.Got got ? seen(got) : null);
    }
    return step;
  }

  private static Object seen(KvResult.Got got) {
    return got.found().<Object>map(Version::value).orElse(ABSENT);
  }
}
