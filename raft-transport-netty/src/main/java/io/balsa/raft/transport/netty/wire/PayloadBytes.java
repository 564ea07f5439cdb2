package io.balsa.raft.transport.netty.wire;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.raft.model.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** {@link Bytes} and protobuf's {@link ByteString} share one array. Stateless; any thread. */
public final class PayloadBytes {
  private PayloadBytes() {}

  public static ByteString toWire(Bytes bytes) {
    return bytes.isEmpty()
        ? ByteString.EMPTY
        : UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
  }

  public static Bytes fromWire(ByteString wire) {
    if (wire.isEmpty()) {
      return Bytes.EMPTY;
    }
    Reveal reveal = new Reveal();
    try {
      UnsafeByteOperations.unsafeWriteTo(wire, reveal);
    } catch (IOException e) {
      throw new AssertionError("looking at an array can't fail", e);
    }
    return reveal.revealed;
  }

  /**
   * Catches the array behind a byte string, which no accessor shows. A string in pieces arrives in several calls; ours never
   * are, so it is simply joined.
   */
  private static final class Reveal extends ByteOutput {
    private Bytes revealed = Bytes.EMPTY;

    @Override
    public void write(byte value) {
      append(Bytes.wrap(new byte[] {value}));
    }

    @Override
    public void write(byte[] value, int offset, int length) {
      append(Bytes.copyOf(ByteBuffer.wrap(value, offset, length)));
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
      append(Bytes.wrap(value, offset, length));
    }

    @Override
    public void write(ByteBuffer value) {
      append(Bytes.copyOf(value));
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      append(Bytes.copyOf(value));
    }

    private void append(Bytes more) {
      if (revealed.isEmpty()) {
        revealed = more;
        return;
      }
      byte[] joined = new byte[revealed.size() + more.size()];
      revealed.copyTo(joined, 0);
      more.copyTo(joined, revealed.size());
      revealed = Bytes.wrap(joined);
    }
  }
}
