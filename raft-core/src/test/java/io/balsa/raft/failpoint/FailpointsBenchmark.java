package io.balsa.raft.failpoint;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What a failpoint costs that isn't armed: the same loop with and without one, in turns. Run by hand: {@code java -cp
 * raft-core/target/classes:raft-core/target/test-classes io.balsa.raft.failpoint.FailpointsBenchmark}.
 */
final class FailpointsBenchmark {
  private static final int LOOPS = 200_000_000;
  private static final int TURNS = 7;

  private FailpointsBenchmark() {}

  public static void main(String[] args) {
    long sink = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      long start = cpuNanos();
      sink += without(LOOPS, turn);
      long between = cpuNanos();
      sink += with(LOOPS, turn);
      long end = cpuNanos();
      System.out.printf(
          Locale.ROOT,
          "without %.3f ns, with %.3f ns%n",
          (double) (between - start) / LOOPS,
          (double) (end - between) / LOOPS);
    }
    System.out.println(sink);
  }

  /** Of this thread: what else the machine does at the time doesn't count. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long without(int loops, long seed) {
    long x = seed + 1;
    for (int i = 0; i < loops; i++) {
      x ^= x << 13;
      x ^= x >>> 7;
      x ^= x << 17;
    }
    return x;
  }

  private static long with(int loops, long seed) {
    long x = seed + 1;
    for (int i = 0; i < loops; i++) {
      x ^= x << 13;
      x ^= x >>> 7;
      Failpoints.at(RaftFailpoint.APPLY_BEFORE);
      x ^= x << 17;
    }
    return x;
  }
}
