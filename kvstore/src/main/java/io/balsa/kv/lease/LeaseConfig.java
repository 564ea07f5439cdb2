package io.balsa.kv.lease;

import java.time.Duration;

/**
 * Settings of the leases. Immutable.
 *
 * @param electionTimeout Raft's; a lease lives at least one and a half of it, and gets one more
 *     from each new leader
 * @param requestTimeout how long a request may look for the leader
 * @param tick how often the leader looks for leases that ran out
 * @param expiryBatchMax leases that are expired by one log entry; there is one such entry on its
 *     way at a time
 * @param expiryPause how long to wait after such an entry failed
 * @param checkpointInterval how often what is left of long leases is logged, so that a new leader
 *     doesn't start anew
 * @param checkpointBatchMax leases in one such entry
 */
public record LeaseConfig(
    Duration electionTimeout,
    Duration requestTimeout,
    Duration tick,
    int expiryBatchMax,
    Duration expiryPause,
    Duration checkpointInterval,
    int checkpointBatchMax) {

  /** The longest lease: etcd's bound, some 285 years. */
  public static final long TTL_SECONDS_MAX = 9_000_000_000L;

  public LeaseConfig {
    positive(electionTimeout, "electionTimeout");
    positive(requestTimeout, "requestTimeout");
    positive(tick, "tick");
    positive(expiryPause, "expiryPause");
    positive(checkpointInterval, "checkpointInterval");
    if (expiryBatchMax < 1 || checkpointBatchMax < 1) {
      throw new IllegalArgumentException("a batch holds at least one lease");
    }
  }

  /** The defaults, for Raft's election timeout. */
  public static LeaseConfig of(Duration electionTimeout) {
    return new LeaseConfig(
        electionTimeout,
        Duration.ofSeconds(5).plus(electionTimeout.multipliedBy(2)),
        Duration.ofMillis(250),
        500,
        Duration.ofMillis(500),
        Duration.ofMinutes(5),
        1000);
  }

  private static void positive(Duration value, String name) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be longer than nothing, not " + value);
    }
  }

  /** Shorter leases are granted this: one and a half election timeouts, rounded up to seconds. */
  public long ttlSecondsMin() {
    return ceilSeconds(electionTimeout.toMillis() * 3 / 2);
  }

  static long ceilSeconds(long millis) {
    return Math.floorDiv(millis + 999, 1000L);
  }
}
