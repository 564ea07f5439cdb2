package io.balsa.kv.http;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmType;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * {@code /livez} and {@code /readyz}: named checks, all together or each on a page of its own.
 *
 * <p>{@code exclude} leaves checks out, {@code verbose} says how each of them went; a failure is always told in full.
 */
public final class ProbePages {
  private record Check(String name, Supplier<CompletableFuture<Optional<String>>> complaint) {}

  /** How one check went: nothing wrong, or what. */
  private record Finding(String check, Optional<String> complaint) {
    String line() {
      return complaint
          .map(reason -> "[-]" + check + " failed: " + reason + "\n")
          .orElse("[+]" + check + " ok\n");
    }
  }

  private ProbePages() {}

  /**
   * {@code /livez} says whether the process works: if not, a restart may help. {@code /readyz} says whether it can serve: if
   * not, others should be asked.
   */
  public static void addTo(HttpRoutes routes, MemberView member) {
    Check corruption = new Check("data_corruption", () -> corruption(member));
    Check serializable = new Check("serializable_read", () -> read(member, true));
    Check linearizable = new Check("linearizable_read", () -> read(member, false));
    Check nonLearner = new Check("non_learner", () -> nonLearner(member));
    add(routes, "/livez", List.of(serializable));
    add(routes, "/readyz", List.of(corruption, serializable, linearizable, nonLearner));
  }

  private static void add(HttpRoutes routes, String path, List<Check> checks) {
    routes.get(path, exchange -> answer(exchange, checks));
    for (Check check : checks) {
      routes.get(path + "/" + check.name(), exchange -> answer(exchange, List.of(check)));
    }
  }

  private static void answer(HttpExchange exchange, List<Check> checks) {
    List<String> excluded = exchange.parameters().getOrDefault("exclude", List.of());
    boolean verbose = exchange.parameters().containsKey("verbose");
    var unused =
        findings(checks.stream().filter(check -> !excluded.contains(check.name())).toList())
            .thenAccept(findings -> exchange.answer(answer(findings, verbose)));
  }

  /** One check after the other: a probe shouldn't be the load that it looks for. */
  private static CompletableFuture<List<Finding>> findings(List<Check> checks) {
    CompletableFuture<List<Finding>> all = CompletableFuture.completedFuture(List.of());
    for (Check check : checks) {
      all = all.thenCompose(before -> and(before, check));
    }
    return all;
  }

  private static CompletableFuture<List<Finding>> and(List<Finding> before, Check check) {
    return check
        .complaint()
        .get()
        .thenApply(
            complaint -> {
              List<Finding> more = new ArrayList<>(before);
              more.add(new Finding(check.name(), complaint));
              return more;
            });
  }

  private static HttpAnswer answer(List<Finding> findings, boolean verbose) {
    boolean well = findings.stream().allMatch(finding -> finding.complaint().isEmpty());
    String lines = String.join("", findings.stream().map(Finding::line).toList());
    if (well) {
      return HttpAnswer.text(HttpResponseStatus.OK, (verbose ? lines : "") + "ok\n");
    }
    return HttpAnswer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, lines);
  }

  private static CompletableFuture<Optional<String>> corruption(MemberView member) {
    return CompletableFuture.completedFuture(
        member.alarms().contains(AlarmType.CORRUPT)
            ? Optional.of("alarm activated: CORRUPT")
            : Optional.empty());
  }

  private static CompletableFuture<Optional<String>> read(MemberView member, boolean serializable) {
    return member
        .read(serializable)
        .handle(
            (done, failure) ->
                failure == null
                    ? Optional.empty()
                    : Optional.of("range error: " + HealthPage.reason(failure)));
  }

  private static CompletableFuture<Optional<String>> nonLearner(MemberView member) {
    return CompletableFuture.completedFuture(
        member.isLearner()
            ? Optional.of(KvError.NOT_SUPPORTED_FOR_LEARNER.text())
            : Optional.empty());
  }
}
