package io.balsa.raft.transport.netty.wire;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.testkit.simulator.SimWire;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The frames of this transport, for simulations: what a connection writes for one message, and what the other end makes of
 * it. {@code SimOptions.withWire(SimulatedWire::new)}. One thread.
 */
public final class SimulatedWire implements SimWire {
  private static final int BODY_BYTES_MAX = 1 << 20;

  /** What comes out of the decoder: a frame, a complaint, or, as long as bytes are missing, nothing. */
  private static final class Arrivals extends ChannelInboundHandlerAdapter {
    private @Nullable Frame frame;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      frame = (Frame) message;
    }

    /** The connection is given up, as the transport does. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      frame = null;
    }

    Optional<Frame> take() {
      Optional<Frame> taken = Optional.ofNullable(frame);
      frame = null;
      return taken;
    }
  }

  private Arrivals arrivals = new Arrivals();
  private EmbeddedChannel connection = connect();

  private EmbeddedChannel connect() {
    arrivals = new Arrivals();
    return new EmbeddedChannel(new FrameDecoder(BODY_BYTES_MAX), arrivals);
  }

  @Override
  public byte[] encode(GroupMessage message) {
    WireBatch batch = WireBatch.newBuilder().addMessages(MessageCodec.encode(message)).build();
    ByteBuf frame = FrameLayout.frame(PooledByteBufAllocator.DEFAULT, FrameType.MESSAGES, batch);
    try {
      return ByteBufUtil.getBytes(frame);
    } finally {
      frame.release();
    }
  }

  @Override
  public Optional<GroupMessage> decode(byte[] frame) {
    connection.writeInbound(Unpooled.wrappedBuffer(frame));
    Optional<Frame> arrived = arrivals.take();
    if (arrived.isEmpty()) {
      connection = connect();
    }
    return arrived.filter(whole -> whole.sizeBytes() == frame.length).map(SimulatedWire::message);
  }

  private static GroupMessage message(Frame frame) {
    try {
      List<GroupMessage> messages = MessageCodec.decode(frame.body());
      if (frame.type() != FrameType.MESSAGES || messages.size() != 1) {
        throw new IllegalStateException("one message was sent, and what arrived is " + frame);
      }
      return messages.get(0);
    } catch (WireFormatException e) {
      throw new IllegalStateException("a frame whose checksum is right can't be decoded", e);
    }
  }
}
