package io.balsa.raft.session;

/**
 * How long to wait before the next attempt: twice as long each time, up to a second. No two sessions keep the same time, so
 * that those that a leader's death made wait don't all come at once to the next one.
 */
final class Backoff {
  private static final long FIRST_NANOS = 10_000_000;
  private static final int DOUBLINGS_MAX = 7;

  private final long salt;
  private int failures;
  private long attempts;

  Backoff(long salt) {
    this.salt = salt;
  }

  void succeeded() {
    failures = 0;
  }

  /** Between half the time that is due and all of it. */
  long next() {
    long due = FIRST_NANOS << Math.min(failures, DOUBLINGS_MAX);
    failures++;
    attempts++;
    return due / 2 + Math.floorMod(scatter(salt + attempts), due / 2);
  }

  /** Any function will do whose values look unrelated: this is Fibonacci hashing. */
  private static long scatter(long value) {
    long product = value * 0x9E3779B97F4A7C15L;
    return product ^ (product >>> 29);
  }
}
