package io.balsa.raft.file.log;

import io.balsa.raft.model.DamageException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Walks a segment frame by frame, as far as the frames are intact and chained. One thread. */
final class SegmentScan {
  private static final int WINDOW_BYTES = 1 << 20;

  private final Segment segment;
  private final long sizeBytes;

  /** Part of the file. Bytes {@code 0 … limit} are those from {@code windowAt} on. */
  private ByteBuffer window = ByteBuffer.allocate(0);

  private long windowAt;

  /** Where the next frame begins, if there is one. */
  private long offset = Segment.HEADER_BYTES;

  private int chain;

  /** What the last intact frame says was durable before it. */
  private long durableBefore;

  SegmentScan(Segment segment) {
    this.segment = segment;
    this.sizeBytes = segment.size();
  }

  /** Where the intact part ends. */
  long offset() {
    return offset;
  }

  /** Whatever lies before it is on the platter; what lies behind may be in the page cache only. */
  long durableBefore() {
    return durableBefore;
  }

  Segment segment() {
    return segment;
  }

  /** The checksum of the last intact frame. */
  int chain() {
    return chain;
  }

  /**
   * The body of the next frame, valid until the next call, and where it begins in the file; null when the intact part ends.
   */
  @Nullable Body next() {
    if (!isFrame(offset)) {
      return null;
    }
    int at = (int) (offset - windowAt);
    if (Frame.chain(window, at) != chain) {
      return null;
    }
    int bodyBytes = Frame.bodyBytes(window, at);
    long bodyAt = offset + Frame.HEADER_BYTES;
    chain = Frame.checksumAt(window, at);
    durableBefore = Frame.durableThrough(window, at);
    offset += Frame.sizeOf(bodyBytes);
    int from = at + Frame.HEADER_BYTES;
    return new Body(window.duplicate().limit(from + bodyBytes).position(from).slice(), bodyAt);
  }

  /** A frame's body, and its offset in the file. */
  record Body(ByteBuffer bytes, long offset) {}

  /** Whether everything from the offset on was never written. */
  boolean isBlankFrom(long fromOffset) {
    for (long at = fromOffset; at < sizeBytes; at += WINDOW_BYTES) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, sizeBytes - at));
      segment.read(bytes, at);
      for (int i = 0; i < bytes.position(); i++) {
        if (bytes.get(i) != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * The highest offset that an intact frame behind the intact part says was durable when it was written; 0 if there is none.
   * Frames begin at multiples of 8.
   */
  long durableEvidence() {
    long evidence = 0;
    long at = offset;
    while (at + Frame.HEADER_BYTES <= sizeBytes) {
      if (isFrame(at)) {
        int in = (int) (at - windowAt);
        evidence = Math.max(evidence, Frame.durableThrough(window, in));
        at += Frame.sizeOf(Frame.bodyBytes(window, in));
      } else {
        at += 8;
      }
    }
    return evidence;
  }

  /** Whether an intact frame lies here; if so the window holds all of it. */
  private boolean isFrame(long at) {
    if (at + Frame.HEADER_BYTES > sizeBytes) {
      return false;
    }
    ensure(at, Frame.HEADER_BYTES);
    int bodyBytes = Frame.bodyBytes(window, (int) (at - windowAt));
    boolean possible = bodyBytes > 0 && Frame.sizeOf(bodyBytes) <= sizeBytes - at;
    if (!possible) {
      return false; // checked before anything of that size is allocated (trap Z6)
    }
    ensure(at, (int) Frame.sizeOf(bodyBytes));
    return Frame.isIntact(window, (int) (at - windowAt), segment.place(at));
  }

  private void ensure(long at, int bytes) {
    if (at >= windowAt && at + bytes <= windowAt + window.limit()) {
      return;
    }
    int size = (int) Math.min(Math.max(bytes, WINDOW_BYTES), sizeBytes - at);
    ByteBuffer next = ByteBuffer.allocate(size);
    segment.read(next, at);
    if (next.position() < bytes) {
      throw new DamageException(segment.path() + " became shorter while it was read");
    }
    window = next.flip();
    windowAt = at;
  }
}
