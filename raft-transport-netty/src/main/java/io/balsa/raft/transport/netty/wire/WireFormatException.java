package io.balsa.raft.transport.netty.wire;

/**
 * Bytes that no host of this protocol version writes: damaged, hostile, or from another version. Nothing of the frame was
 * used; the connection that brought it can't be trusted any further.
 */
public final class WireFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  public WireFormatException(String message) {
    super(message);
  }

  public WireFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
