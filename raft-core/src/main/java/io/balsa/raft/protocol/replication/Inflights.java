package io.balsa.raft.protocol.replication;

import java.util.ArrayDeque;
import java.util.Deque;

/** The appends on their way to one follower, ascending. */
final class Inflights {
  private record Inflight(long lastIndex, long bytes) {}

  private final InflightWindow window;
  private final Deque<Inflight> appends = new ArrayDeque<>();
  private long bytes;

  Inflights(InflightWindow window) {
    this.window = window;
  }

  InflightWindow window() {
    return window;
  }

  boolean isFull() {
    return appends.size() >= window.appendsMax() || bytes >= window.bytesMax();
  }

  void add(long lastIndex, long appendBytes) {
    appends.addLast(new Inflight(lastIndex, appendBytes));
    bytes += appendBytes;
  }

  /** Everything through the index has arrived. */
  void freeThrough(long index) {
    while (!appends.isEmpty() && appends.peekFirst().lastIndex() <= index) {
      bytes -= appends.removeFirst().bytes();
    }
  }

  void clear() {
    appends.clear();
    bytes = 0;
  }
}
