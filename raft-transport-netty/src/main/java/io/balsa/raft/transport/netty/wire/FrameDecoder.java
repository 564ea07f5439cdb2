package io.balsa.raft.transport.netty.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one connection into {@link Frame}s. Belongs to one connection; all of it runs on its event loop.
 *
 * <p>The body's array is allocated when its length has passed the limit, and filled straight from Netty's buffers: one copy,
 * and decoded messages share the array. After the first bad frame it fires a {@link WireFormatException} and ignores the
 * rest of the connection: behind a frame of unknown length nothing can be found.
 */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {
  private final byte[] header = new byte[FrameLayout.HEADER_BYTES];

  private int bodyBytesMax;
  private int headerBytes;
  private byte @Nullable [] body;
  private int bodyBytes;
  private boolean stopped;

  public FrameDecoder(int bodyBytesMax) {
    this.bodyBytesMax = bodyBytesMax;
  }

  /** Changes the limit, from the next frame on. */
  public void limitBodiesTo(int bytesMax) {
    bodyBytesMax = bytesMax;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      while (in.isReadable() && !stopped) {
        take(context, in);
      }
    } catch (WireFormatException e) {
      stopped = true;
      body = null;
      context.fireExceptionCaught(e);
    } finally {
      ReferenceCountUtil.release(in);
    }
  }

  private void take(ChannelHandlerContext context, ByteBuf in) throws WireFormatException {
    if (body == null) {
      int step = Math.min(in.readableBytes(), header.length - headerBytes);
      in.readBytes(header, headerBytes, step);
      headerBytes += step;
      if (headerBytes < header.length) {
        return;
      }
      body = new byte[checkedLength()];
    }
    int step = Math.min(in.readableBytes(), body.length - bodyBytes);
    in.readBytes(body, bodyBytes, step);
    bodyBytes += step;
    if (bodyBytes == body.length) {
      finish(context, body);
    }
  }

  private int checkedLength() throws WireFormatException {
    ByteBuffer in = ByteBuffer.wrap(header);
    int claimed = in.getInt(FrameLayout.HEADER_CRC_OFFSET);
    int computed = FrameLayout.crcOf(in.slice(0, FrameLayout.HEADER_CRC_OFFSET));
    if (claimed != computed) {
      throw new WireFormatException(
          String.format("a frame's header has the CRC %08x instead of %08x", computed, claimed));
    }
    int length = in.getInt(FrameLayout.LENGTH_OFFSET);
    if (length < 0 || length > bodyBytesMax) {
      throw new WireFormatException(
          "a frame claims "
              + Integer.toUnsignedString(length)
              + " bytes, and "
              + bodyBytesMax
              + " are allowed");
    }
    return length;
  }

  private void finish(ChannelHandlerContext context, byte[] complete) throws WireFormatException {
    int typeCode = header[FrameLayout.TYPE_OFFSET];
    int claimed = ByteBuffer.wrap(header).getInt(FrameLayout.CRC_OFFSET);
    int computed = FrameLayout.crcOf(typeCode, ByteBuffer.wrap(complete));
    if (claimed != computed) {
      throw new WireFormatException(
          String.format(
              "a frame of %d bytes has the CRC %08x instead of %08x",
              complete.length, computed, claimed));
    }
    headerBytes = 0;
    body = null;
    bodyBytes = 0;
    context.fireChannelRead(new Frame(FrameType.ofCode(typeCode), complete));
  }
}
