package io.balsa.raft.protocol.log;

import io.balsa.raft.model.Invariant;
import java.util.Arrays;

/** About how many bytes the entries of a log are, without the entries: what windows in bytes are measured with. */
public final class LogSizes {
  /*
   * The bytes of all entries through an index, as a line through a few points:
   *
   *   bytes │                ·──● last
   *         │            ●──·         a point at the end of each granule of about 16 KiB
   *         │       ____●
   *         │  ____/                  older granules are merged, pair by pair
   *         │●/
   *         └──────────────────── index
   *         base
   *
   * Between two points every entry counts alike. So a window may be off by what one granule holds, by less where entries
   * are of a size, and by nothing in the long run. Merging the older half whenever there are POINTS_MAX points makes the
   * granules grow with their age: the log's end, which followers that keep up are sent, stays exact, and a group costs at
   * most 16 bytes a point, however long its log; a group with little log costs next to nothing.
   *
   * What a restart finds is one granule of entries of RESTORED_ENTRY_BYTES each: to know better, every start would have
   * to read the whole log. Of entries that are smaller, an append carries fewer than it could, still some hundreds of them;
   * appends of larger ones are split by the driver, who has them in hand.
   */
  static final int POINTS_MAX = 24;

  static final long GRANULE_BYTES = 16 << 10;
  static final long RESTORED_ENTRY_BYTES = 1 << 10;

  private static final int POINTS_MIN = 4;

  /** Where the log begins. */
  private long baseIndex;

  private long baseBytes;

  /** The ends of the granules and the bytes through them. Invariant: ascending, after the base, not after the last entry. */
  private long[] pointIndexes = new long[POINTS_MIN];

  private long[] pointBytes = new long[POINTS_MIN];
  private int points;

  /** The last entry. */
  private long lastIndex;

  private long lastBytes;

  public LogSizes(long baseIndex, long lastIndex) {
    this.baseIndex = baseIndex;
    this.lastIndex = lastIndex;
    this.lastBytes = (lastIndex - baseIndex) * RESTORED_ENTRY_BYTES;
    if (lastIndex > baseIndex) {
      addPoint();
    }
  }

  public void append(long entryBytes) {
    lastIndex++;
    lastBytes += entryBytes;
    long granuleBegin = points == 0 ? baseBytes : pointBytes[points - 1];
    if (lastBytes - granuleBegin >= GRANULE_BYTES) {
      addPoint();
    }
  }

  private void addPoint() {
    if (points == POINTS_MAX) {
      mergeOlderHalf();
    }
    if (points == pointIndexes.length) {
      int length = Math.min(2 * points, POINTS_MAX);
      pointIndexes = Arrays.copyOf(pointIndexes, length);
      pointBytes = Arrays.copyOf(pointBytes, length);
    }
    pointIndexes[points] = lastIndex;
    pointBytes[points] = lastBytes;
    points++;
  }

  /** Drops every other point of the older half. */
  private void mergeOlderHalf() {
    int kept = 0;
    for (int i = 0; i < points; i++) {
      if (i >= points / 2 || i % 2 == 1) {
        pointIndexes[kept] = pointIndexes[i];
        pointBytes[kept] = pointBytes[i];
        kept++;
      }
    }
    points = kept;
  }

  /** Cuts the log before {@code fromIndex}. */
  public void truncateFrom(long fromIndex) {
    lastBytes = bytesThrough(fromIndex - 1);
    lastIndex = fromIndex - 1;
    while (points > 0 && pointIndexes[points - 1] > lastIndex) {
      points--;
    }
  }

  /** Lets the log begin after an index that it holds. */
  public void compactThrough(long throughIndex) {
    baseBytes = bytesThrough(throughIndex);
    baseIndex = throughIndex;
    int dropped = 0;
    while (dropped < points && pointIndexes[dropped] <= throughIndex) {
      dropped++;
    }
    points -= dropped;
    System.arraycopy(pointIndexes, dropped, pointIndexes, 0, points);
    System.arraycopy(pointBytes, dropped, pointBytes, 0, points);
  }

  /** Forgets everything and begins after {@code newBaseIndex}. */
  public void reset(long newBaseIndex) {
    baseIndex = newBaseIndex;
    lastIndex = newBaseIndex;
    lastBytes = baseBytes;
    points = 0;
  }

  /** About how many bytes the entries after {@code prevIndex} through {@code throughIndex} are. */
  public long bytesBetween(long prevIndex, long throughIndex) {
    return bytesThrough(throughIndex) - bytesThrough(prevIndex);
  }

  /** The last entry at or before {@code throughMax} that fits about these bytes together with all after {@code prevIndex}. */
  public long lastWithin(long prevIndex, long throughMax, long bytesMax) {
    long fits = prevIndex;
    long tooFar = throughMax + 1;
    while (tooFar - fits > 1) {
      long middle = (fits + tooFar) >>> 1;
      if (bytesBetween(prevIndex, middle) <= bytesMax) {
        fits = middle;
      } else {
        tooFar = middle;
      }
    }
    return fits;
  }

  private long bytesThrough(long index) {
    Invariant.check(
        baseIndex <= index && index <= lastIndex,
        "the size through %d isn't known: log %d..%d",
        index,
        baseIndex + 1,
        lastIndex);
    int next = Arrays.binarySearch(pointIndexes, 0, points, index);
    if (next >= 0) {
      return pointBytes[next];
    }
    next = -next - 1;
    long fromIndex = next == 0 ? baseIndex : pointIndexes[next - 1];
    long fromBytes = next == 0 ? baseBytes : pointBytes[next - 1];
    long toIndex = next == points ? lastIndex : pointIndexes[next];
    long toBytes = next == points ? lastBytes : pointBytes[next];
    if (index == fromIndex) {
      return fromBytes;
    }
    double share = (double) (index - fromIndex) / (toIndex - fromIndex);
    return fromBytes + (long) (share * (toBytes - fromBytes));
  }

  int points() {
    return points;
  }
}
