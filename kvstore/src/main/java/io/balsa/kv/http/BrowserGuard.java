package io.balsa.kv.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;

/**
 * Stands in front of all paths and says which of the requests that browsers send are served: those of allowed origins (CORS),
 * and those that name an allowed host, so that a name which an attacker has pointed at this machine is none. Thread-safe.
 */
public final class BrowserGuard implements HttpHandler {
  private static final String ANY = "*";

  private final Set<String> origins;
  private final Set<String> hosts;
  private final HttpHandler next;

  /**
   * @param origins as etcd's {@code --cors}; {@code *} for any
   * @param hosts as etcd's {@code --host-whitelist}; {@code *}, or nothing, for any
   */
  public BrowserGuard(Set<String> origins, Set<String> hosts, HttpHandler next) {
    this.origins = Set.copyOf(origins);
    this.hosts = Set.copyOf(hosts);
    this.next = next;
  }

  @Override
  public void handle(HttpExchange exchange) {
    String host = hostOf(exchange);
    if (!hosts.isEmpty() && !hosts.contains(ANY) && !hosts.contains(host)) {
      exchange.answer(
          HttpAnswer.text(
              HttpResponseStatus.MISDIRECTED_REQUEST,
              "this member isn't known as '%s'; --host-whitelist says as what it is\n"
                  .formatted(host)));
      return;
    }
    String origin = exchange.headers().get(HttpHeaderNames.ORIGIN, "");
    if (origins.contains(ANY)) {
      exchange.allowOrigin(ANY);
    } else if (origins.contains(origin)) {
      exchange.allowOrigin(origin);
    }
    if (HttpMethod.OPTIONS.equals(exchange.method())) {
      exchange.answer(HttpAnswer.text(HttpResponseStatus.OK, ""));
    } else {
      next.handle(exchange);
    }
  }

  /** Without the port; an address of IPv6 without its brackets, as Go gives it. */
  private static String hostOf(HttpExchange exchange) {
    String host = exchange.headers().get(HttpHeaderNames.HOST, "");
    if (host.startsWith("[") && host.indexOf(']') > 0 && host.contains("]:")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon >= 0 && colon == host.lastIndexOf(':') ? host.substring(0, colon) : host;
  }
}
