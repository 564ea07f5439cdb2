package io.balsa.raft.file.log;

import java.util.Arrays;
import java.util.Objects;

/** Numbers that come at one end and go at both. Not thread-safe. */
final class LongDeque {
  private long[] ring = new long[16];
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  long get(int index) {
    Objects.checkIndex(index, size);
    return ring[(head + index) & (ring.length - 1)];
  }

  void add(long value) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = value;
    size++;
  }

  /** Keeps the first so many. */
  void truncate(int newSize) {
    Objects.checkIndex(newSize, size + 1);
    size = newSize;
  }

  void dropFirst(int count) {
    Objects.checkIndex(count, size + 1);
    head = (head + count) & (ring.length - 1);
    size -= count;
  }

  void clear() {
    head = 0;
    size = 0;
  }

  private void grow() {
    long[] larger = Arrays.copyOfRange(ring, head, head + 2 * ring.length);
    System.arraycopy(ring, 0, larger, ring.length - head, head);
    ring = larger;
    head = 0;
  }
}
