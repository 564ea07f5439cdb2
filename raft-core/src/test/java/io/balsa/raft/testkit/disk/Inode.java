package io.balsa.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A file's content: in the cache, on the platter, and all that was written in between. Thread-safe. */
final class Inode {
  private static final int SECTOR_BYTES = 512;

  private byte[] cache;
  private byte[] platter;

  /** The writes since the last flush, in order; {@code size} is the file's after it. */
  private final List<Write> unforced = new ArrayList<>();

  private record Write(long offset, byte[] bytes, int size) {}

  Inode(byte[] content) {
    cache = content.clone();
    platter = content.clone();
  }

  synchronized Inode copy() {
    Inode copy = new Inode(platter);
    copy.cache = cache.clone();
    copy.unforced.addAll(unforced);
    return copy;
  }

  synchronized byte[] content() {
    return cache.clone();
  }

  synchronized int size() {
    return cache.length;
  }

  synchronized int read(ByteBuffer into, long offset) {
    if (offset >= cache.length) {
      return -1;
    }
    int count = (int) Math.min(into.remaining(), cache.length - offset);
    into.put(cache, (int) offset, count);
    return count;
  }

  synchronized void write(ByteBuffer from, long offset) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    int end = Math.toIntExact(offset + bytes.length);
    if (end > cache.length) {
      cache = Arrays.copyOf(cache, end);
    }
    System.arraycopy(bytes, 0, cache, (int) offset, bytes.length);
    unforced.add(new Write(offset, bytes, cache.length));
  }

  synchronized void truncate() {
    cache = new byte[0];
    unforced.add(new Write(0, new byte[0], 0));
  }

  /** Only what counts as written and not flushed: what an earlier flush failed to write is clean, and stays behind. */
  synchronized void force() {
    for (Write write : unforced) {
      platter = Arrays.copyOf(platter, write.size());
      System.arraycopy(write.bytes(), 0, platter, (int) write.offset(), write.bytes().length);
    }
    unforced.clear();
  }

  /**
   * A flush that failed: the cache keeps what was written and calls it clean, as ext4 and XFS do, and the platter never hears
   * of it. The next flush says that all is well.
   */
  synchronized void failToForce() {
    unforced.clear();
  }

  /**
   * What may be on the platter when power fails. Of each write, each sector has come there, or not, or in part; the size is
   * any that the file has had meanwhile.
   */
  synchronized Inode losePower(SplittableRandom random) {
    int mood = random.nextInt(5); // all is lost, all is kept, or anything
    byte[] found = platter.clone();
    for (Write write : unforced) {
      if (mood == 0) {
        continue;
      }
      if (write.bytes().length == 0) {
        found = random.nextBoolean() ? new byte[0] : found;
        continue;
      }
      if (write.size() > found.length && (mood == 1 || random.nextInt(4) > 0)) {
        found = Arrays.copyOf(found, write.size());
      }
      apply(write, found, mood == 1, random);
    }
    return new Inode(found);
  }

  private static void apply(Write write, byte[] found, boolean whole, SplittableRandom random) {
    int from = (int) write.offset();
    int end = Math.min(found.length, from + write.bytes().length);
    while (from < end) {
      int to = Math.min(end, (from / SECTOR_BYTES + 1) * SECTOR_BYTES);
      int first = from;
      int last = to;
      if (!whole) {
        switch (random.nextInt(4)) {
          case 0 -> last = first; // lost
          case 1 -> {
            int tear = random.nextInt(from, to + 1);
            if (random.nextBoolean()) {
              last = tear;
            } else {
              first = tear;
            }
          }
          default -> {}
        }
      }
      System.arraycopy(write.bytes(), first - (int) write.offset(), found, first, last - first);
      from = to;
    }
  }
}
