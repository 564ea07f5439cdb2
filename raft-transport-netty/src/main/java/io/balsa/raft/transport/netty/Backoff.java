package io.balsa.raft.transport.netty;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pause before the next attempt: doubles from the shortest to the longest. A random half of it is left off, so that the
 * members of a cluster don't all call a restarted one at the same moment. One thread.
 */
final class Backoff {
  private final long minNanos;
  private final long maxNanos;
  private long nextNanos;

  Backoff(Duration min, Duration max) {
    minNanos = min.toNanos();
    maxNanos = max.toNanos();
    nextNanos = minNanos;
  }

  long nextDelayNanos() {
    long full = nextNanos;
    nextNanos = Math.min(maxNanos, full * 2);
    return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
  }

  void reset() {
    nextNanos = minNanos;
  }
}
