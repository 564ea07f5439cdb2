package io.balsa.raft.transport.netty.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Where each byte of a frame is. Stateless; any thread. */
public final class FrameLayout {
  /*
   * Every frame, in both directions; numbers are big-endian:
   *
   *    0                   1                   2                   3
   *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
   *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   *   |                    length of the body in bytes                |
   *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   *   |     type      |              CRC32C of type and body          :
   *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   *   :               |           CRC32C of all before                :
   *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   *   :               |              body (protobuf) ...              :
   *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   *
   * The header has a CRC of its own, because the length must be believed before the body is here: a wrong one, within the
   * limit, would swallow the frames that follow as its body, for minutes where little is sent, and nobody would be told. TCP's own checksum of 16 bits lets through about one damaged
   * segment in 65,536, and none that was damaged in a network card or in memory: a vote or an entry must not depend on it.
   */

  /** The bytes before the body. */
  public static final int HEADER_BYTES = 13;

  static final int LENGTH_OFFSET = 0;
  static final int TYPE_OFFSET = 4;
  static final int CRC_OFFSET = 5;
  static final int HEADER_CRC_OFFSET = 9;

  private FrameLayout() {}

  /** Writes a whole frame into a new buffer, which the caller releases. */
  public static ByteBuf frame(ByteBufAllocator allocator, FrameType type, MessageLite body) {
    int size = body.getSerializedSize();
    ByteBuf frame = allocator.ioBuffer(HEADER_BYTES + size, HEADER_BYTES + size);
    try {
      frame.writeInt(size).writeByte(type.code()).writeInt(0).writeInt(0);
      ByteBuffer bodyBytes = frame.nioBuffer(HEADER_BYTES, size);
      CodedOutputStream out = CodedOutputStream.newInstance(bodyBytes);
      body.writeTo(out);
      out.flush();
      out.checkNoSpaceLeft();
      frame.writerIndex(HEADER_BYTES + size);
      frame.setInt(CRC_OFFSET, crcOf(type.code(), frame.nioBuffer(HEADER_BYTES, size)));
      frame.setInt(HEADER_CRC_OFFSET, crcOf(frame.nioBuffer(0, HEADER_CRC_OFFSET)));
      return frame;
    } catch (IOException | RuntimeException e) {
      frame.release();
      throw new AssertionError("writing to memory of the computed size can't fail", e);
    }
  }

  static int crcOf(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static int crcOf(int type, ByteBuffer body) {
    CRC32C crc = new CRC32C();
    crc.update(type);
    crc.update(body);
    return (int) crc.getValue();
  }
}
