package io.balsa.raft.file.log;

import io.balsa.raft.file.disk.DiskFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A file of fixed size on a disk that can lose power: what was written is in the cache, what was forced is on the platter.
 * One thread.
 */
final class SectorFile implements DiskFile {
  private static final int SECTOR_BYTES = 512;

  private byte[] cache;
  private byte[] platter;

  SectorFile(int bytes) {
    cache = new byte[(bytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES];
    platter = cache.clone();
  }

  private SectorFile(SectorFile other) {
    cache = other.cache.clone();
    platter = other.platter.clone();
  }

  /** Another file with the same content. */
  SectorFile copy() {
    return new SectorFile(this);
  }

  /** Only what lies before the end becomes durable: what was written after it was written too late for this flush. */
  void forceThrough(int end) {
    System.arraycopy(cache, 0, platter, 0, end);
  }

  /**
   * The cache is gone. Each sector that was written and not forced is as it was before, or as it was written, or torn: its
   * beginning or its end is new, the rest as before. In any combination, for disks write in any order.
   */
  void losePower(SplittableRandom random, boolean keepsUnsynced) {
    for (int at = 0; at < cache.length && keepsUnsynced; at += SECTOR_BYTES) {
      int first = mismatch(at);
      if (first >= 0) {
        keepSome(at, first, random);
      }
    }
    cache = platter.clone();
  }

  /** Where, in the sector, cache and platter begin to differ; -1 if they don't. */
  private int mismatch(int sectorAt) {
    int at =
        Arrays.mismatch(
            cache, sectorAt, sectorAt + SECTOR_BYTES, platter, sectorAt, sectorAt + SECTOR_BYTES);
    return at < 0 ? -1 : sectorAt + at;
  }

  private void keepSome(int sectorAt, int firstNew, SplittableRandom random) {
    int sectorEnd = sectorAt + SECTOR_BYTES;
    int tear = random.nextInt(firstNew, sectorEnd);
    switch (random.nextInt(4)) {
      case 0, 1 -> System.arraycopy(cache, sectorAt, platter, sectorAt, SECTOR_BYTES);
      case 2 -> System.arraycopy(cache, sectorAt, platter, sectorAt, tear - sectorAt);
      default -> {
        if (random.nextBoolean()) {
          System.arraycopy(cache, tear, platter, tear, sectorEnd - tear);
        }
      }
    }
  }

  @Override
  public int read(ByteBuffer into, long position) {
    if (position >= cache.length) {
      return -1;
    }
    int count = (int) Math.min(into.remaining(), cache.length - position);
    into.put(cache, (int) position, count);
    return count;
  }

  @Override
  public int write(ByteBuffer from, long position) {
    int count = from.remaining();
    from.get(cache, (int) position, count);
    return count;
  }

  @Override
  public long size() {
    return cache.length;
  }

  @Override
  public void force() {
    forceThrough(cache.length);
  }

  @Override
  public void close() {
    cache = new byte[0];
    platter = cache;
  }
}
