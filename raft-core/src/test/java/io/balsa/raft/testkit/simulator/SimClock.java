package io.balsa.raft.testkit.simulator;

/** A node's monotonic clock: somewhat fast or slow, and begun at some time of its own. */
final class SimClock {
  /** How far any node's clock may be off true time, in parts per million: what leases are told to reckon with. */
  static final int DRIFT_PPM_MAX = 100_000;

  private static final long PARTS = 1_000_000;

  private long offsetNanos;
  private long driftPartsPerMillion;

  /**
   * @param driftPartsPerMillion how much faster than virtual time it runs; negative when slower
   */
  SimClock(long offsetNanos, long driftPartsPerMillion) {
    this.offsetNanos = offsetNanos;
    this.driftPartsPerMillion = driftPartsPerMillion;
  }

  /** As after a suspend: the time has passed, and nothing happened in it. */
  void jump(long nanos) {
    offsetNanos += nanos;
  }

  /** From now on it runs at another rate. */
  void changeRate(long virtualNanos, long newDriftPartsPerMillion) {
    long local = localTime(virtualNanos);
    driftPartsPerMillion = newDriftPartsPerMillion;
    offsetNanos += local - localTime(virtualNanos);
  }

  long localTime(long virtualNanos) {
    return offsetNanos + virtualNanos + virtualNanos * driftPartsPerMillion / PARTS;
  }

  /** The first virtual time at which the clock shows at least the local one; a bit later does no harm. */
  long virtualTime(long localNanos) {
    long elapsed = localNanos - offsetNanos;
    double rate = 1 + (double) driftPartsPerMillion / PARTS;
    return (long) (elapsed / rate) + 2_000;
  }
}
