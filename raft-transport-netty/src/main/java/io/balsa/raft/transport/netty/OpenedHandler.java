package io.balsa.raft.transport.netty;

import io.balsa.raft.transport.netty.wire.Frame;
import io.balsa.raft.transport.netty.wire.FrameLayout;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.balsa.raft.transport.netty.wire.WireFormatException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection that we opened: says hello, and tells its {@link PeerConnection} what becomes of it. Runs on the
 * connection's event loop.
 */
final class OpenedHandler extends ChannelInboundHandlerAdapter {
  private final PeerConnection owner;
  private final ConnectionSettings settings;
  private boolean answered;
  private String closedBecause = "closed by the peer";
  private @Nullable ScheduledFuture<?> deadline;

  OpenedHandler(PeerConnection owner, ConnectionSettings settings) {
    this.owner = owner;
    this.settings = settings;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    var hello = settings.handshake().hello(owner.peer(), owner.purpose());
    context
        .writeAndFlush(FrameLayout.frame(context.alloc(), FrameType.HELLO, hello))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    deadline =
        context
            .executor()
            .schedule(
                () -> close(context, "no answer to the hello in time"),
                settings.config().handshakeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message)
      throws WireFormatException {
    if (answered) {
      throw new WireFormatException("the acceptor of a connection sent more than its answer");
    }
    var answer = Handshake.readAnswer((Frame) message);
    Optional<Refusal> refusal = settings.handshake().judgeAnswer(answer, owner.peer());
    answered = true;
    cancelDeadline();
    if (refusal.isPresent()) {
      owner.onRefused(context.channel(), refusal.get());
      ConnectionPipeline.close(context);
    } else {
      owner.onAccepted(context.channel());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    owner.onWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    boolean expected = cause instanceof IOException || cause instanceof WireFormatException;
    close(context, expected ? String.valueOf(cause.getMessage()) : cause.toString());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancelDeadline();
    owner.onClosed(context.channel(), closedBecause);
  }

  private void close(ChannelHandlerContext context, String because) {
    closedBecause = because;
    ConnectionPipeline.close(context);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
