package io.balsa.raft.protocol.proposal;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much a leader has appended in its term that isn't yet both committed and durable here: the bound on what it accepts.
 * The followers' disks alone make no room: what waits for a disk that hangs would grow without end.
 */
public final class UncommittedBytes {
  private record Appended(long lastIndex, long bytes) {}

  private final long bytesMax;
  private final Deque<Appended> appended = new ArrayDeque<>();
  private long bytes;

  public UncommittedBytes(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Whether more may be appended. A single append may exceed the bound, so that nothing is refused for ever. */
  public boolean hasRoomFor(long moreBytes) {
    return bytes == 0 || bytes + moreBytes <= bytesMax;
  }

  public void onAppended(long lastIndex, long moreBytes) {
    appended.addLast(new Appended(lastIndex, moreBytes));
    bytes += moreBytes;
  }

  /** Everything through the index is committed, and durable here. */
  public void freeThrough(long index) {
    while (!appended.isEmpty() && appended.peekFirst().lastIndex() <= index) {
      bytes -= appended.removeFirst().bytes();
    }
  }
}
