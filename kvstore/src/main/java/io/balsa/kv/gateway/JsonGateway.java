package io.balsa.kv.gateway;

import io.balsa.kv.http.HttpAnswer;
import io.balsa.kv.http.HttpExchange;
import io.balsa.kv.http.HttpHandler;
import io.balsa.kv.model.KvError;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Answers everything below {@code /v3/}. Opened and closed by the thread that runs the server; requests come on event loops.
 */
public final class JsonGateway implements HttpHandler, AutoCloseable {
  private static final String OLD_API = "/v3beta/";
  private static final String API = "/v3/";

  private final Server server;
  private final ManagedChannel channel;
  private final Executor threads;
  private final int messageBytesMax;

  private JsonGateway(
      Server server, ManagedChannel channel, Executor threads, int messageBytesMax) {
    this.server = server;
    this.channel = channel;
    this.threads = threads;
    this.messageBytesMax = messageBytesMax;
  }

  /**
   * Serves from now on.
   *
   * @param services with their interceptors
   * @param threads where JSON is read and written; outlives the gateway
   * @param messageBytesMax a larger request is refused, as gRPC refuses it
   */
  public static JsonGateway open(
      List<ServerServiceDefinition> services, Executor threads, int messageBytesMax) {
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder server = InProcessServerBuilder.forName(name).directExecutor();
    services.forEach(server::addService);
    try {
      Server started = server.build().start();
      ManagedChannel channel = InProcessChannelBuilder.forName(name).executor(threads).build();
      return new JsonGateway(started, channel, threads, messageBytesMax);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void handle(HttpExchange exchange) {
    Optional<GatewayMethod> method = GatewayTable.find(currentPath(exchange.path()));
    if (method.isEmpty()) {
      refuse(exchange, Status.NOT_FOUND.withDescription("Not Found"));
    } else if (!HttpMethod.POST.equals(exchange.method())) {
      refuse(exchange, Status.UNIMPLEMENTED.withDescription("Method Not Allowed"));
    } else {
      try {
        threads.execute(
            () ->
                new GatewayCall(exchange, method.get(), channel, messageBytesMax)
                    .start(GatewayMetadata.of(exchange.headers())));
      } catch (RejectedExecutionException stopping) {
        refuse(exchange, Status.UNAVAILABLE.withDescription(KvError.SERVER_STOPPED.text()));
      }
    }
  }

  private static String currentPath(String path) {
    return path.startsWith(OLD_API) ? API + path.substring(OLD_API.length()) : path;
  }

  private static void refuse(HttpExchange exchange, Status status) {
    exchange.answer(
        new HttpAnswer(
            JsonAnswers.httpStatus(status),
            HttpAnswer.JSON,
            JsonAnswers.failure(status, exchange.alloc())));
  }

  /** Ends every call that is under way. */
  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
