package io.balsa.kv.server;

import io.balsa.kv.gateway.JsonGateway;
import io.balsa.kv.http.BrowserGuard;
import io.balsa.kv.http.HealthPage;
import io.balsa.kv.http.HttpHandler;
import io.balsa.kv.http.HttpRoutes;
import io.balsa.kv.http.MemberView;
import io.balsa.kv.http.ProbePages;
import io.balsa.kv.http.VersionPage;
import io.balsa.kv.metrics.MemberMetrics;
import io.balsa.kv.metrics.MetricsPage;
import io.grpc.ServerServiceDefinition;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Everything that the client port answers in HTTP/1.1, and the threads for it. Opened and closed by the thread that runs the
 * server.
 */
final class HttpSide implements AutoCloseable {
  private static final int THREADS = 2;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, new DefaultThreadFactory("kv-http", true));
  private final JsonGateway gateway;
  private final HttpHandler handler;

  /**
   * @param gateway whether the API is served in JSON
   * @param origins whose pages browsers may call it from
   * @param hosts under which names they may reach it
   * @param messageBytesMax as the largest message of gRPC
   */
  record Settings(boolean gateway, Set<String> origins, Set<String> hosts, int messageBytesMax) {}

  /**
   * @param services with their interceptors
   */
  HttpSide(
      Settings settings,
      List<ServerServiceDefinition> services,
      MemberView member,
      MemberMetrics metrics) {
    this.gateway = JsonGateway.open(services, threads, settings.messageBytesMax());
    HttpRoutes routes = new HttpRoutes();
    if (settings.gateway()) {
      routes.api(gateway);
    }
    routes
        .get("/health", new HealthPage(member))
        .get("/version", new VersionPage())
        .get("/metrics", new MetricsPage(metrics, threads));
    ProbePages.addTo(routes, member);
    this.handler = new BrowserGuard(settings.origins(), settings.hosts(), routes);
  }

  HttpHandler handler() {
    return handler;
  }

  @Override
  public void close() {
    gateway.close();
    threads.shutdown(); // What was accepted still runs: it tells clients how their calls ended.
  }
}
