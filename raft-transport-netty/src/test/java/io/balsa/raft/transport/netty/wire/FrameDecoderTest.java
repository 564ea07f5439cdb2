package io.balsa.raft.transport.netty.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.testkit.contract.RandomMessages;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameDecoderTest {
  private static final int LIMIT = 4096;

  @Test
  void framesComeOutWholeHoweverTheBytesArriveInPieces() {
    byte[] frame = frame(3);
    Random random = new Random(9);
    for (int round = 0; round < 200; round++) {
      EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(LIMIT));
      ByteBuf stream = Unpooled.wrappedBuffer(frame, frame, frame);
      while (stream.isReadable()) {
        int piece = Math.min(stream.readableBytes(), 1 + random.nextInt(40));
        channel.writeInbound(stream.readRetainedSlice(piece));
      }
      List<Frame> frames = drain(channel);
      assertThat(frames).hasSize(3);
      assertThat(frames).allMatch(f -> f.sizeBytes() == frame.length);
    }
  }

  @Test
  void aLengthAboveTheLimitIsRefusedBeforeAnythingIsAllocatedForIt() {
    assertRefused(header(LIMIT + 1), "a frame claims 4097 bytes, and 4096 are allowed");
    // An array of this size can't even be made here.
    assertRefused(header(Integer.MAX_VALUE), "a frame claims 2147483647 bytes");
  }

  @Test
  void aNegativeLengthIsRefused() {
    assertRefused(header(-1), "a frame claims 4294967295 bytes");
  }

  @Test
  void anyFlippedBitIsNoticed() {
    byte[] frame = frame(3);
    for (int bit = 0; bit < frame.length * 8; bit++) {
      byte[] damaged = frame.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(damaged, "CRC");
    }
  }

  /** Were it believed, the frames behind would be swallowed as its body. */
  @Test
  void anyFlippedBitOfTheHeaderIsNoticedBeforeTheBodyIsHere() {
    byte[] header = Arrays.copyOf(frame(3), FrameLayout.HEADER_BYTES);
    for (int bit = 0; bit < header.length * 8; bit++) {
      byte[] damaged = header.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(damaged, "a frame's header has the CRC");
    }
  }

  @Test
  void anUnknownTypeIsRefused() {
    byte[] frame = header(0, 99, FrameLayout.crcOf(99, ByteBuffer.allocate(0)));
    assertRefused(frame, "no frame type has the code 99");
  }

  @Test
  void nothingIsReadBehindABadFrame() {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(LIMIT));
    ByteBuf stream = Unpooled.wrappedBuffer(header(-1), frame(3));
    assertThatThrownBy(() -> channel.writeInbound(stream)).isInstanceOf(WireFormatException.class);
    channel.writeInbound(Unpooled.wrappedBuffer(frame(3)));
    assertThat(drain(channel)).isEmpty();
  }

  private static void assertRefused(byte[] bytes, String why) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(LIMIT));
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(bytes)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining(why);
  }

  private static byte[] header(int length) {
    return header(length, 3, 0);
  }

  private static byte[] header(int length, int type, int crc) {
    ByteBuf header = Unpooled.buffer().writeInt(length).writeByte(type).writeInt(crc);
    return ByteBufUtil.getBytes(header.writeInt(FrameLayout.crcOf(header.nioBuffer())));
  }

  private static byte[] frame(long seed) {
    WireBatch batch =
        WireBatch.newBuilder()
            .addMessages(MessageCodec.encode(new RandomMessages(seed).next()))
            .build();
    ByteBuf frame = FrameLayout.frame(UnpooledByteBufAllocator.DEFAULT, FrameType.MESSAGES, batch);
    try {
      return ByteBufUtil.getBytes(frame);
    } finally {
      frame.release();
    }
  }

  private static List<Frame> drain(EmbeddedChannel channel) {
    List<Frame> frames = new ArrayList<>();
    for (Frame next = channel.readInbound(); next != null; next = channel.readInbound()) {
      frames.add(next);
    }
    return frames;
  }
}
