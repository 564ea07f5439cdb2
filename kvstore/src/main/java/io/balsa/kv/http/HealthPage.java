package io.balsa.kv.http;

import io.balsa.kv.proto.AlarmType;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * {@code /health}, as etcd's: alarms that aren't excluded, a known leader, and a read; the last two of this member alone with
 * {@code serializable=true}.
 */
public final class HealthPage implements HttpHandler {
  private final MemberView member;

  public HealthPage(MemberView member) {
    this.member = member;
  }

  @Override
  public void handle(HttpExchange exchange) {
    List<String> excluded = exchange.parameters().getOrDefault("exclude", List.of());
    boolean serializable =
        exchange.parameters().getOrDefault("serializable", List.of("")).get(0).equals("true");
    var unused =
        complaint(excluded, serializable)
            .thenAccept(complaint -> exchange.answer(answer(complaint)));
  }

  private CompletableFuture<Optional<String>> complaint(
      List<String> excluded, boolean serializable) {
    Optional<AlarmType> alarm =
        member.alarms().stream().filter(type -> !excluded.contains(type.name())).findFirst();
    if (alarm.isPresent()) {
      return CompletableFuture.completedFuture(alarm.map(HealthPage::named));
    }
    if (!serializable && !member.hasLeader()) {
      return CompletableFuture.completedFuture(Optional.of("RAFT NO LEADER"));
    }
    return member
        .read(serializable)
        .handle(
            (done, failure) ->
                failure == null ? Optional.empty() : Optional.of("RANGE ERROR:" + reason(failure)));
  }

  private static String named(AlarmType alarm) {
    return switch (alarm) {
      case NOSPACE, CORRUPT -> "ALARM " + alarm.name();
      case NONE, UNRECOGNIZED -> "ALARM UNKNOWN";
    };
  }

  static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable told = failure instanceof CompletionException && cause != null ? cause : failure;
    return String.valueOf(told.getMessage());
  }

  private static HttpAnswer answer(Optional<String> complaint) {
    return HttpAnswer.json(
        complaint.isEmpty() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
        "{\"health\":\"%s\",\"reason\":\"%s\"}"
            .formatted(complaint.isEmpty(), escape(complaint.orElse(""))));
  }

  /** The texts are our own and printable; only quotes and backslashes could break the JSON. */
  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
