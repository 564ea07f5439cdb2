package io.balsa.kv.server;

import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection and makes it one of gRPC's or one of HTTP/1.1. Runs on the connection's event loop.
 */
final class PrefaceSniffer extends ByteToMessageDecoder {
  /*
   * An HTTP/2 client that knows what it talks to begins with these 24 bytes (RFC 9113 §3.4); no HTTP/1.1 request can,
   * because there will never be a method PRI. All of them are waited for: gRPC has no timer of its own for a client that
   * sends fewer and then nothing.
   *
   *   before:   this ─ gRPC's write buffer                   gRPC adds the buffer and fires "negotiation begins"
   *   preface:  gRPC's negotiation ─ gRPC's write buffer     the event is fired again, then the bytes follow
   *   else:     HTTP/1.1 codec ─ our endpoints               gRPC's buffer is gone, gRPC never hears of the connection
   */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final long SILENCE_MAX_SECONDS = 60;

  private final ChannelHandler grpc;
  private final Consumer<ChannelPipeline> http1;
  private @Nullable ScheduledFuture<?> silence;

  /**
   * @param grpc gRPC's own negotiation
   * @param http1 adds the handlers of a connection that isn't gRPC's
   */
  PrefaceSniffer(ChannelHandler grpc, Consumer<ChannelPipeline> http1) {
    this.grpc = grpc;
    this.http1 = http1;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    Runnable giveUp =
        () -> {
          var unused = ctx.close();
        };
    silence = ctx.executor().schedule(giveUp, SILENCE_MAX_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (silence != null) {
      silence.cancel(false);
    }
  }

  /** Keeps gRPC's negotiation back until it is known that there is anything to negotiate. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    Object negotiationBegins = InternalProtocolNegotiationEvent.getDefault();
    if (event != negotiationBegins) {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int seen = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < seen; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        becomeHttp1(ctx);
        return;
      }
    }
    if (seen == PREFACE.length) {
      becomeGrpc(ctx);
    }
  }

  private void becomeGrpc(ChannelHandlerContext ctx) {
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addAfter(ctx.name(), null, grpc);
    ctx.fireUserEventTriggered(InternalProtocolNegotiationEvent.getDefault());
    pipeline.remove(this); // Hands on the bytes seen so far.
  }

  private void becomeHttp1(ChannelHandlerContext ctx) {
    ChannelPipeline pipeline = ctx.pipeline();
    while (pipeline.last() != this) {
      pipeline.removeLast();
    }
    http1.accept(pipeline);
    pipeline.remove(this);
  }
}
