package io.balsa.raft.transport.netty.wire;

/**
 * A frame as it came off the wire, checked against its CRC.
 *
 * @param body owned by whoever gets the frame; never written to again, so that messages may keep slices of it
 */
public record Frame(FrameType type, byte[] body) {

  /** Header and body, in bytes. */
  public int sizeBytes() {
    return FrameLayout.HEADER_BYTES + body.length;
  }
}
