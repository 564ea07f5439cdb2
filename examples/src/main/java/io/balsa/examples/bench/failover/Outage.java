package io.balsa.examples.bench.failover;

import java.util.List;

/**
 * What clients saw of a fault.
 *
 * @param silenceNanos the longest time in which no put was acknowledged, from the fault on
 * @param failed puts that failed though they began before the fault, or went to a member that was well. Puts that began later at
 *     the member that isn't there don't count: every client expects these to fail
 */
record Outage(long silenceNanos, long failed) {

  /**
   * @param victim the number of the member that the fault struck
   * @param from when it struck
   * @param to until when the puts tell about it
   */
  static Outage of(List<WriteLoad.Put> puts, int victim, long from, long to) {
    long[] acknowledged =
        puts.stream()
            .filter(WriteLoad.Put::acknowledged)
            .mapToLong(put -> put.end() - from)
            .filter(after -> after >= 0 && after <= to - from)
            .sorted()
            .toArray();
    long last = 0;
    long longest = 0;
    for (long after : acknowledged) {
      longest = Math.max(longest, after - last);
      last = after;
    }
    longest = Math.max(longest, to - from - last);
    long failed =
        puts.stream()
            .filter(put -> !put.acknowledged() && put.end() - from >= 0 && put.end() - to <= 0)
            .filter(put -> put.member() != victim || put.start() - from < 0)
            .count();
    return new Outage(longest, failed);
  }
}
