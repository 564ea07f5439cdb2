package io.balsa.kv.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, which is either whole ({@link #answer}) or a stream ({@link #beginStream}, any number of
 * {@link #write}, {@link #endStream}).
 *
 * <p>Any thread may read the request. The answer is given by one thread at a time; what is said to a client that has gone is
 * dropped.
 */
public final class HttpExchange {
  private final Channel channel;
  private final HttpRequest head;
  private final String path;
  private final Map<String, List<String>> parameters;
  private final byte[] body;
  private final CompletableFuture<Void> clientGone = new CompletableFuture<>();

  /** Whose pages may read the answer; written before the exchange is handed on. */
  private @Nullable String allowedOrigin;

  /** Throws {@link IllegalArgumentException} if the target of the request can't be decoded. */
  HttpExchange(Channel channel, HttpRequest head, byte[] body) {
    QueryStringDecoder target = new QueryStringDecoder(head.uri());
    this.channel = channel;
    this.head = head;
    this.path = target.path();
    this.parameters = target.parameters();
    this.body = body;
  }

  public HttpMethod method() {
    return head.method();
  }

  /** Decoded, without the query. */
  public String path() {
    return path;
  }

  /** All values of each parameter of the query. */
  public Map<String, List<String>> parameters() {
    return parameters;
  }

  public HttpHeaders headers() {
    return head.headers();
  }

  /** Not to be changed. */
  public byte[] body() {
    return body;
  }

  /** Completes on the event loop when the connection ends before the answer does; otherwise never. */
  public CompletableFuture<Void> clientGone() {
    return clientGone;
  }

  /** Where to take buffers from for what is written here. */
  public ByteBufAllocator alloc() {
    return channel.alloc();
  }

  /** Lets pages of this origin read the answer. Call it before anything is answered. */
  void allowOrigin(String origin) {
    allowedOrigin = origin;
  }

  private void addOrigin(HttpHeaders headers) {
    String origin = allowedOrigin;
    if (origin != null) {
      headers
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE")
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization");
    }
  }

  /** Answers at once and in whole. */
  public void answer(HttpAnswer answer) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), answer.body());
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().readableBytes());
    addOrigin(response.headers());
    if (HttpResponseStatus.METHOD_NOT_ALLOWED.equals(answer.status())) {
      response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET);
    }
    var unused = channel.writeAndFlush(response, channel.voidPromise());
  }

  /** Begins an answer in pieces. A client of HTTP/1.0 knows no pieces: for it, the end of the connection is the end. */
  public void beginStream(HttpResponseStatus status, String contentType) {
    DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    addOrigin(response.headers());
    HttpUtil.setTransferEncodingChunked(
        response, head.protocolVersion().equals(HttpVersion.HTTP_1_1));
    var unused = channel.writeAndFlush(response, channel.voidPromise());
  }

  /**
   * Sends the next piece. Completes when the socket has taken it, fails when the client is gone: who writes no more before
   * that holds one piece in memory, however slow the client is.
   */
  public CompletableFuture<Void> write(ByteBuf piece) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    channel
        .writeAndFlush(new DefaultHttpContent(piece))
        .addListener(
            written -> {
              if (written.isSuccess()) {
                taken.complete(null);
              } else {
                taken.completeExceptionally(written.cause());
              }
            });
    return taken;
  }

  /** Ends the answer; nothing may be written any more. */
  public void endStream() {
    var unused = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
  }

  /** By the connection, when it ends. */
  void onClientGone() {
    clientGone.complete(null);
  }
}
