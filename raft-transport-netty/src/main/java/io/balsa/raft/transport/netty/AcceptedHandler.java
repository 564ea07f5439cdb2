package io.balsa.raft.transport.netty;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.transport.netty.Handshake.Caller;
import io.balsa.raft.transport.netty.wire.Frame;
import io.balsa.raft.transport.netty.wire.FrameDecoder;
import io.balsa.raft.transport.netty.wire.FrameLayout;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.balsa.raft.transport.netty.wire.MessageCodec;
import io.balsa.raft.transport.netty.wire.WireFormatException;
import io.balsa.raft.transport.netty.wire.proto.Hello;
import io.balsa.raft.transport.netty.wire.proto.HelloAnswer;
import io.balsa.raft.transport.netty.wire.proto.QuestionAnswer;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection that somebody opened to us: a stranger until its hello is accepted, then a peer's. Runs on the
 * connection's event loop.
 */
final class AcceptedHandler extends ChannelInboundHandlerAdapter {
  private enum State {
    STRANGER,
    /** A stranger whose question is being answered. */
    ASKING,
    ADMITTED,
    /** Refused or turned away: nothing that still comes counts. */
    DONE
  }

  private static final Logger log = LoggerFactory.getLogger(AcceptedHandler.class);

  private final Acceptor acceptor;
  private final ConnectionSettings settings;
  private final FrameDecoder frames;

  private State state = State.DONE;
  private @Nullable ScheduledFuture<?> deadline;

  /** Set when admitted. */
  private @Nullable Admission admission;

  private record Admission(Caller caller, PeerCounters counters) {}

  AcceptedHandler(Acceptor acceptor, ConnectionSettings settings, FrameDecoder frames) {
    this.acceptor = acceptor;
    this.settings = settings;
    this.frames = frames;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (!acceptor.strangerCame(context.channel())) {
      ConnectionPipeline.close(context);
      return;
    }
    state = State.STRANGER;
    deadline =
        context
            .executor()
            .schedule(
                () -> turnAway(context, "neither hello nor answer in time"),
                settings.config().handshakeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message)
      throws WireFormatException {
    Frame frame = (Frame) message;
    switch (state) {
      case STRANGER -> {
        if (frame.type() == FrameType.QUESTION) {
          onQuestion(context, Handshake.readQuestion(frame));
        } else {
          onHello(context, Handshake.readHello(frame));
        }
      }
      case ASKING -> throw new WireFormatException("a stranger sent more than its question");
      case ADMITTED -> onFrame(frame);
      case DONE -> log.trace("ignored a frame from {}", context.channel().remoteAddress());
    }
  }

  private void onHello(ChannelHandlerContext context, Hello hello) throws WireFormatException {
    Optional<Refusal> refusal =
        settings.handshake().judge(hello, acceptor::isKnown, settings.reception()::wasRemoved);
    if (refusal.isPresent()) {
      refuse(context, refusal.get());
      return;
    }
    Caller caller = Handshake.caller(hello);
    Optional<PeerCounters> counters = acceptor.admit(caller, context.channel());
    if (counters.isEmpty()) {
      turnAway(context, caller.node() + " was removed");
      return;
    }
    noStrangerAnyMore(State.ADMITTED);
    admission = new Admission(caller, counters.get());
    frames.limitBodiesTo(settings.config().frameBytesMax());
    answer(context, Optional.empty()).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  private void refuse(ChannelHandlerContext context, Refusal refusal) {
    acceptor.refused(context.channel().remoteAddress(), refusal.toString());
    noStrangerAnyMore(State.DONE);
    answer(context, Optional.of(refusal)).addListener(ChannelFutureListener.CLOSE);
  }

  private ChannelFuture answer(ChannelHandlerContext context, Optional<Refusal> refusal) {
    HelloAnswer answer = settings.handshake().answer(refusal);
    return context.writeAndFlush(
        FrameLayout.frame(context.alloc(), FrameType.HELLO_ANSWER, answer));
  }

  /** The deadline of the handshake holds for the answer as well. */
  private void onQuestion(ChannelHandlerContext context, Bytes question) {
    state = State.ASKING;
    var unused =
        settings
            .reception()
            .answer(question)
            .handle(
                (answer, failure) ->
                    failure == null
                        ? Handshake.answered(answer)
                        : Handshake.unanswered(String.valueOf(failure.getMessage())))
            .whenCompleteAsync((answer, never) -> tell(context, answer), context.executor());
  }

  private void tell(ChannelHandlerContext context, QuestionAnswer answer) {
    if (state == State.ASKING) {
      noStrangerAnyMore(State.DONE);
      context
          .writeAndFlush(FrameLayout.frame(context.alloc(), FrameType.QUESTION_ANSWER, answer))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void onFrame(Frame frame) throws WireFormatException {
    if (frame.type() != FrameType.MESSAGES || admission == null) {
      throw new WireFormatException("a frame of type " + frame.type() + " after the handshake");
    }
    List<GroupMessage> messages = MessageCodec.decode(frame.body());
    admission.counters.received(messages.size(), frame.sizeBytes());
    settings.deliveries().messages(admission.caller.node(), messages);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (isStranger()) {
      turnAway(context, String.valueOf(cause.getMessage()));
      return;
    }
    Object from = admission == null ? context.channel().remoteAddress() : admission.caller;
    if (cause instanceof WireFormatException) {
      log.warn("{}: closing on {}: {}", settings.config().self(), from, cause.getMessage());
    } else if (cause instanceof IOException) {
      log.debug("{}: lost the connection of {}", settings.config().self(), from, cause);
    } else {
      log.error("{}: closing on {}", settings.config().self(), from, cause);
    }
    ConnectionPipeline.close(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    noStrangerAnyMore(State.DONE);
    acceptor.channelClosed(context.channel());
    if (admission != null) {
      acceptor.left(admission.caller, context.channel());
    }
  }

  private void turnAway(ChannelHandlerContext context, String why) {
    acceptor.refused(context.channel().remoteAddress(), why);
    noStrangerAnyMore(State.DONE);
    ConnectionPipeline.close(context);
  }

  private boolean isStranger() {
    return state == State.STRANGER || state == State.ASKING;
  }

  private void noStrangerAnyMore(State next) {
    if (isStranger()) {
      acceptor.strangerLeft();
    }
    state = next;
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
