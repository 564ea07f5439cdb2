package io.balsa.raft.transport.netty;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.transport.netty.wire.Frame;
import io.balsa.raft.transport.netty.wire.FrameDecoder;
import io.balsa.raft.transport.netty.wire.FrameLayout;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.balsa.raft.transport.netty.wire.WireFormatException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One TCP connection for one question. Runs on the connection's event loop, which ends with it. */
final class AskingHandler extends ChannelInboundHandlerAdapter {
  private final Bytes question;
  private final CompletableFuture<Bytes> answer;

  private AskingHandler(Bytes question, CompletableFuture<Bytes> answer, FrameDecoder frames) {
    this.question = question;
    this.answer = answer;
    frames.limitBodiesTo(Reception.ANSWER_BYTES_MAX);
  }

  /** As {@link NettyTransport#ask}. */
  static CompletableFuture<Bytes> ask(InetSocketAddress host, Bytes question, Duration timeout) {
    CompletableFuture<Bytes> answer = new CompletableFuture<>();
    Sockets sockets = Sockets.best();
    EventLoopGroup loops = sockets.eventLoops(1, new DefaultThreadFactory("balsa-question", true));
    AddressLookup addresses = new AddressLookup("balsa-lookup-question");
    EventLoop loop = loops.next();
    var deadline =
        loop.schedule(
            () -> answer.completeExceptionally(new IOException("no answer within " + timeout)),
            timeout.toNanos(),
            TimeUnit.NANOSECONDS);
    addresses
        .lookUp(host, loop)
        .addListener(
            (Future<InetSocketAddress> found) -> {
              if (!found.isSuccess()) {
                answer.completeExceptionally(found.cause());
                return;
              }
              ChannelFuture attempt =
                  sockets
                      .connecting(loop)
                      .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                      .handler(
                          ConnectionPipeline.endingWith(
                              frames -> new AskingHandler(question, answer, frames)))
                      .connect(found.getNow());
              attempt.addListener(
                  connected -> {
                    if (!connected.isSuccess()) {
                      answer.completeExceptionally(connected.cause());
                    }
                  });
            });
    return answer.whenComplete(
        (done, failure) -> {
          deadline.cancel(false);
          addresses.close();
          var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        });
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context
        .writeAndFlush(
            FrameLayout.frame(context.alloc(), FrameType.QUESTION, Handshake.question(question)))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message)
      throws WireFormatException {
    answer.complete(Handshake.readAnswered((Frame) message));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    answer.completeExceptionally(
        cause instanceof IOException ? cause : new IOException(cause.getMessage(), cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    answer.completeExceptionally(new IOException("the connection was closed before an answer"));
  }
}
