package io.balsa.kv.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection: collects a request, has it answered, takes the next. Runs on the connection's event loop.
 */
public final class HttpConnection extends ChannelDuplexHandler {
  /*
   * While a request is answered, the socket is still read: an answer may be a stream without end, and only reading shows
   * that the client has gone. What a client sends meanwhile waits here, and with its first byte the reading ends: no client
   * can make us hold more than one read. Who does that and then goes away is noticed when the next piece is written.
   */
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);
  private static final int IDLE_SECONDS_MAX = 60;

  private final HttpHandler handler;
  private final int bodyBytesMax;
  private final Deque<HttpObject> waiting = new ArrayDeque<>();

  /** The request that is being received, and its body so far. */
  private @Nullable HttpRequest head;

  private ByteBuf body = Unpooled.EMPTY_BUFFER;
  private boolean tooLarge;

  /** What is being answered. Invariant: then nothing is received. */
  private @Nullable HttpExchange current;

  /** The connection ends after the answer that is under way. */
  private boolean ending;

  private HttpConnection(HttpHandler handler, int bodyBytesMax) {
    this.handler = handler;
    this.bodyBytesMax = bodyBytesMax;
  }

  /** Makes the connection one of HTTP/1.1; a larger body than this is refused. */
  public static void addTo(ChannelPipeline pipeline, HttpHandler handler, int bodyBytesMax) {
    pipeline
        .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS_MAX))
        .addLast(new HttpServerCodec())
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new HttpConnection(handler, bodyBytesMax));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpObject part) || ending) {
      ReferenceCountUtil.release(message);
    } else if (current != null || !waiting.isEmpty()) {
      waiting.add(part);
      ctx.channel().config().setAutoRead(false);
    } else {
      take(ctx, part);
    }
  }

  private void take(ChannelHandlerContext ctx, HttpObject part) {
    try {
      if (!part.decoderResult().isSuccess()) {
        refuse(ctx, HttpResponseStatus.BAD_REQUEST);
        return;
      }
      if (part instanceof HttpRequest request) {
        begin(ctx, request);
      }
      if (part instanceof HttpContent content && !ending) {
        collect(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    head = request;
    tooLarge = HttpUtil.getContentLength(request, -1L) > bodyBytesMax;
    if (HttpUtil.is100ContinueExpected(request)) {
      if (tooLarge) {
        refuse(ctx, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
      } else {
        var unused =
            ctx.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE),
                ctx.voidPromise());
      }
    }
  }

  private void collect(ChannelHandlerContext ctx, HttpContent content) {
    ByteBuf more = content.content();
    tooLarge |= body.readableBytes() + more.readableBytes() > bodyBytesMax;
    if (tooLarge) {
      releaseBody(); // The rest is read and dropped: who is still sending doesn't read an answer.
    } else if (more.isReadable()) {
      body = body == Unpooled.EMPTY_BUFFER ? ctx.alloc().buffer(more.readableBytes()) : body;
      body.writeBytes(more);
    }
    HttpRequest request = head;
    if (content instanceof LastHttpContent && request != null) {
      byte[] whole = ByteBufUtil.getBytes(body);
      releaseBody();
      head = null;
      try {
        HttpExchange exchange = new HttpExchange(ctx.channel(), request, whole);
        current = exchange;
        handle(exchange);
      } catch (IllegalArgumentException undecodable) {
        refuse(ctx, HttpResponseStatus.BAD_REQUEST);
      }
    }
  }

  private void handle(HttpExchange exchange) {
    if (tooLarge) {
      exchange.answer(
          HttpAnswer.text(
              HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
              "the body is larger than " + bodyBytesMax + " bytes\n"));
      return;
    }
    try {
      handler.handle(exchange);
    } catch (RuntimeException e) {
      log.error("a request to {} failed", exchange.path(), e);
      exchange.answer(
          HttpAnswer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error\n"));
    }
  }

  /** For what can't be understood any further: an answer, and the end of the connection. */
  private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
    ending = true;
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  /** Answers pass, and their end is noted. What gRPC writes to a connection that it believes to be its own is an order to close it at once. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof HttpObject)) {
      ReferenceCountUtil.release(message);
      var unused = ctx.close(promise);
      return;
    }
    ChannelPromise written = promise.unvoid();
    written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    if (message instanceof LastHttpContent) {
      written.addListener(sent -> answered(ctx));
    }
    var unused = ctx.write(message, written);
  }

  /** gRPC, when the server stops: what is being answered may still end. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (current == null || ending) {
      var unused = ctx.close(promise);
      return;
    }
    ending = true;
    ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
  }

  private void answered(ChannelHandlerContext ctx) {
    current = null;
    if (ending) {
      var unused = ctx.close();
    } else {
      // Not here: a client that sent a thousand requests at once would make us a thousand calls
      // deep.
      ctx.executor().execute(() -> takeWaiting(ctx));
    }
  }

  private void takeWaiting(ChannelHandlerContext ctx) {
    while (current == null && !ending && !waiting.isEmpty()) {
      take(ctx, waiting.remove());
    }
    if (waiting.isEmpty()) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  /** Nothing came and nothing went for too long: connections that nobody uses mustn't add up. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (!(event instanceof IdleStateEvent)) {
      super.userEventTriggered(ctx, event);
    } else if (current == null) { // A stream may be silent for as long as it likes.
      var unused = ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    ending = true;
    HttpExchange unanswered = current;
    if (unanswered != null) {
      unanswered.onClientGone();
    }
    releaseBody();
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    super.channelInactive(ctx);
  }

  private void releaseBody() {
    body.release();
    body = Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var unused = ctx.close();
  }
}
