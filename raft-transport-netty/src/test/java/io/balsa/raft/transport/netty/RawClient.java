package io.balsa.raft.transport.netty;

import com.google.protobuf.MessageLite;
import io.balsa.raft.transport.netty.wire.FrameLayout;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.balsa.raft.transport.netty.wire.proto.HelloAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A bare socket that speaks the wire format, rightly or wrongly. One thread. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket = new Socket();

  RawClient(InetSocketAddress address) throws IOException {
    socket.connect(address, TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
  }

  void send(FrameType type, MessageLite body) throws IOException {
    send(bytes(type, body));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  static byte[] bytes(FrameType type, MessageLite body) {
    ByteBuf frame = FrameLayout.frame(UnpooledByteBufAllocator.DEFAULT, type, body);
    try {
      return ByteBufUtil.getBytes(frame);
    } finally {
      frame.release();
    }
  }

  /** Of a frame whose body never comes. */
  static byte[] header(int length, int type) {
    ByteBuffer header = ByteBuffer.allocate(FrameLayout.HEADER_BYTES);
    header.putInt(length).put((byte) type).putInt(0);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, header.position());
    return header.putInt((int) crc.getValue()).array();
  }

  HelloAnswer readAnswer() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] body = new byte[in.readInt()];
    in.skipNBytes(FrameLayout.HEADER_BYTES - Integer.BYTES);
    in.readFully(body);
    return HelloAnswer.parseFrom(body);
  }

  /** Whether the other side closes, with nothing more said. */
  boolean isClosedByOther() throws IOException {
    try {
      return socket.getInputStream().read() == -1;
    } catch (SocketException e) {
      return String.valueOf(e.getMessage()).contains("reset");
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
