package io.balsa.kv.server;

import io.balsa.kv.etcd.ServerVersion;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The HTTP/1.1 side of the client port: {@code /health}, {@code /livez}, {@code /readyz}, {@code /version}. One per connection,
 * on its event loop; requests are answered one after the other.
 */
final class HttpEndpoints extends ChannelDuplexHandler {
  private static final int REQUEST_BYTES_MAX = 64 * 1024;
  private static final int IDLE_SECONDS_MAX = 60;

  private final HealthCheck health;

  private HttpEndpoints(HealthCheck health) {
    this.health = health;
  }

  /** Whether this member can serve. Thread-safe; doesn't block. */
  @FunctionalInterface
  interface HealthCheck {
    /**
     * Completes with nothing when all is well, otherwise with what isn't, in etcd's words. Doesn't fail.
     *
     * @param serializable whether it is enough that reads of possibly old state are served
     */
    CompletableFuture<Optional<String>> complaint(boolean serializable);
  }

  static void addTo(ChannelPipeline pipeline, HealthCheck health) {
    pipeline
        .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS_MAX))
        .addLast(new HttpServerCodec())
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new HttpObjectAggregator(REQUEST_BYTES_MAX))
        .addLast(
            new FlowControlHandler()) // One request at a time, also of a client that pipelines.
        .addLast(new HttpEndpoints(health));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof FullHttpRequest request) {
        ctx.channel().config().setAutoRead(false);
        var unused =
            answer(request)
                .whenComplete(
                    (response, failure) ->
                        ctx.executor()
                            .execute(
                                () -> {
                                  if (failure != null) {
                                    ctx.fireExceptionCaught(failure);
                                  } else {
                                    send(ctx, response);
                                  }
                                }));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** Nothing came and nothing went for too long: connections that nobody uses mustn't add up. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof IdleStateEvent) {
      var unused = ctx.close();
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  private static void send(ChannelHandlerContext ctx, DefaultFullHttpResponse response) {
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    ctx.channel().config().setAutoRead(true);
  }

  private CompletableFuture<DefaultFullHttpResponse> answer(FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      return now(text(HttpResponseStatus.BAD_REQUEST, "bad request\n"));
    }
    if (!HttpMethod.GET.equals(request.method())) {
      DefaultFullHttpResponse refused =
          text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
      refused.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET.name());
      return now(refused);
    }
    QueryStringDecoder target = new QueryStringDecoder(request.uri());
    return switch (target.path()) {
      case "/health" -> health(target);
      case "/livez" -> probe("serializable_read", true);
      case "/readyz" -> probe("linearizable_read", false);
      case "/version" -> now(version());
      default -> now(text(HttpResponseStatus.NOT_FOUND, "404 page not found\n"));
    };
  }

  /** {@code exclude} names alarms that don't count; there are none yet, so it changes nothing. */
  private CompletableFuture<DefaultFullHttpResponse> health(QueryStringDecoder target) {
    boolean serializable =
        target.parameters().getOrDefault("serializable", List.of()).contains("true");
    return health
        .complaint(serializable)
        .thenApply(
            complaint ->
                json(
                    complaint.isEmpty()
                        ? HttpResponseStatus.OK
                        : HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "{\"health\":\""
                        + complaint.isEmpty()
                        + "\",\"reason\":\""
                        + escape(complaint.orElse(""))
                        + "\"}"));
  }

  private CompletableFuture<DefaultFullHttpResponse> probe(String check, boolean serializable) {
    return health
        .complaint(serializable)
        .thenApply(
            complaint ->
                complaint
                    .map(
                        reason ->
                            text(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "[-]" + check + " failed: " + reason + "\n"))
                    .orElseGet(() -> text(HttpResponseStatus.OK, "ok\n")));
  }

  private static DefaultFullHttpResponse version() {
    return json(
        HttpResponseStatus.OK,
        "{\"etcdserver\":\""
            + ServerVersion.ETCD
            + "\",\"etcdcluster\":\""
            + ServerVersion.CLUSTER
            + "\",\"storage\":\""
            + ServerVersion.STORAGE
            + "\"}");
  }

  /** The texts are our own and printable; only quotes and backslashes could break the JSON. */
  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static CompletableFuture<DefaultFullHttpResponse> now(DefaultFullHttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }

  private static DefaultFullHttpResponse json(HttpResponseStatus status, String body) {
    return response(status, body, HttpHeaderValues.APPLICATION_JSON.toString());
  }

  private static DefaultFullHttpResponse text(HttpResponseStatus status, String body) {
    return response(status, body, "text/plain; charset=utf-8");
  }

  private static DefaultFullHttpResponse response(
      HttpResponseStatus status, String body, String contentType) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    return response;
  }

  /** What gRPC writes to a connection that it believes to be its own is an order to close it. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpObject) {
      var unused = ctx.write(message, promise);
    } else {
      ReferenceCountUtil.release(message);
      var unused = ctx.close(promise);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var unused = ctx.close();
  }
}
