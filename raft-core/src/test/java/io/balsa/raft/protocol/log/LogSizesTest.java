package io.balsa.raft.protocol.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LogSizesTest {
  private static final long KIB = 1 << 10;

  private static LogSizes appended(int entries, long entryBytes) {
    LogSizes sizes = new LogSizes(0, 0);
    for (int i = 0; i < entries; i++) {
      sizes.append(entryBytes);
    }
    return sizes;
  }

  @Test
  void entriesOfOneSizeAreMeasuredExactly() {
    LogSizes sizes = appended(1_000, 100);
    assertThat(sizes.bytesBetween(0, 1_000)).isEqualTo(100_000);
    assertThat(sizes.bytesBetween(500, 510)).isBetween(999L, 1_001L);
    assertThat(sizes.lastWithin(500, 1_000, 1_050)).isEqualTo(510);
    assertThat(sizes.lastWithin(500, 505, 1_050)).as("no further than asked").isEqualTo(505);
    assertThat(sizes.lastWithin(500, 1_000, 99)).as("not even one fits").isEqualTo(500);
  }

  @Test
  void aLargeEntryEndsAGranuleSoThatThoseAfterItAreNotTakenForLarge() {
    LogSizes sizes = new LogSizes(0, 0);
    sizes.append(1_000 * KIB);
    for (int i = 0; i < 10; i++) {
      sizes.append(50);
    }
    assertThat(sizes.bytesBetween(0, 1)).isEqualTo(1_000 * KIB);
    assertThat(sizes.bytesBetween(1, 11)).isEqualTo(500);
  }

  @Test
  void restoredEntriesCountWithAnAssumedSize() {
    LogSizes sizes = new LogSizes(10, 30);
    assertThat(sizes.bytesBetween(10, 30)).isEqualTo(20 * LogSizes.RESTORED_ENTRY_BYTES);
    sizes.append(50);
    assertThat(sizes.bytesBetween(30, 31)).as("what comes later is known").isEqualTo(50);
  }

  @Test
  void whatIsCutOffCountsNoMore() {
    LogSizes sizes = appended(1_000, 100);
    sizes.truncateFrom(501);
    assertThat(sizes.bytesBetween(0, 500)).isBetween(49_999L, 50_001L);
    sizes.append(7);
    assertThat(sizes.bytesBetween(400, 501)).isBetween(9_900L, 10_100L);
    sizes.truncateFrom(1);
    sizes.append(7);
    assertThat(sizes.bytesBetween(0, 1)).isEqualTo(7);
  }

  @Test
  void compactionKeepsTheSizesOfWhatIsLeft() {
    LogSizes sizes = appended(1_000, 100);
    sizes.compactThrough(900);
    assertThat(sizes.bytesBetween(900, 1_000)).isBetween(9_999L, 10_001L);
    sizes.compactThrough(1_000);
    assertThat(sizes.bytesBetween(1_000, 1_000)).isZero();
    sizes.append(9);
    assertThat(sizes.bytesBetween(1_000, 1_001)).isEqualTo(9);
  }

  @Test
  void aSnapshotBeginsAnew() {
    LogSizes sizes = appended(1_000, 100);
    sizes.reset(5_000);
    sizes.append(60);
    assertThat(sizes.bytesBetween(5_000, 5_001)).isEqualTo(60);
  }

  @Test
  void aLongLogCostsNoMoreThanItsFewPoints() {
    LogSizes sizes = appended(1_000_000, 1_000);
    assertThat(sizes.points()).isLessThanOrEqualTo(LogSizes.POINTS_MAX);
    assertThat(sizes.bytesBetween(999_000, 1_000_000)).isBetween(999_000L, 1_001_000L);
    assertThat(sizes.bytesBetween(0, 1_000_000)).isEqualTo(1_000_000_000L);
  }

  /** Against a list of every size: the end of the log is off by a granule at most, and an order is never upset. */
  @Test
  void atTheEndOfTheLogTheErrorIsAGranule() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 50; round++) {
      LogSizes sizes = new LogSizes(0, 0);
      List<Long> exact = new ArrayList<>(List.of(0L));
      for (int i = 0; i < 2_000; i++) {
        if (exact.size() > 1 && random.nextInt(50) == 0) {
          int kept = exact.size() - 1 - random.nextInt(Math.min(3, exact.size() - 1));
          sizes.truncateFrom(kept);
          exact = new ArrayList<>(exact.subList(0, kept));
        } else {
          long bytes = 32 + random.nextLong(random.nextInt(10) == 0 ? 4_000 : 100);
          sizes.append(bytes);
          exact.add(exact.get(exact.size() - 1) + bytes);
        }
      }
      int last = exact.size() - 1;
      for (int from = last - 100; from < last; from++) {
        long about = sizes.bytesBetween(from, last);
        long truly = exact.get(last) - exact.get(from);
        assertThat(about).isCloseTo(truly, offset(2 * 20 * KIB));
        assertThat(about).isGreaterThanOrEqualTo(sizes.bytesBetween(from + 1, last));
      }
    }
  }
}
