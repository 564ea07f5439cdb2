package io.balsa.raft.protocol.replication;

import java.util.ArrayDeque;
import java.util.Deque;

/** The appends on their way to one follower: the last index of each, ascending. */
final class Inflights {
  private final int appendsMax;
  private final Deque<Long> lastIndexes = new ArrayDeque<>();

  Inflights(int appendsMax) {
    this.appendsMax = appendsMax;
  }

  boolean isFull() {
    return lastIndexes.size() >= appendsMax;
  }

  void add(long lastIndex) {
    lastIndexes.addLast(lastIndex);
  }

  /** Everything through the index has arrived. */
  void freeThrough(long index) {
    while (!lastIndexes.isEmpty() && lastIndexes.peekFirst() <= index) {
      lastIndexes.removeFirst();
    }
  }

  void clear() {
    lastIndexes.clear();
  }
}
