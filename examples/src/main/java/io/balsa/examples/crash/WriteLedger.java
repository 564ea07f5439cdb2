package io.balsa.examples.crash;

import io.balsa.examples.process.ExampleException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What was written, and what is known of each write. Every write has a key of its own and happens at most once, so the
 * final contents explain every acknowledgement. Thread-safe.
 */
final class WriteLedger {

  /** The revision of a write whose outcome isn't known: it may be there or not. */
  private static final long UNKNOWN = 0;

  /**
   * One write.
   *
   * @param revision at which it was acknowledged
   */
  record Write(String value, long revision) {
    boolean isAcknowledged() {
      return revision != UNKNOWN;
    }
  }

  /** What a round, or the whole run, amounts to. */
  record Figures(long acknowledged, long unknown, Duration gapMax) {}

  private final Map<String, Write> writes = new ConcurrentHashMap<>();
  private final CountDownLatch violated = new CountDownLatch(1);
  private volatile String violation = "";

  // All guarded by this.
  private long acknowledged;
  private long lastAcknowledgedAt = System.nanoTime();
  private long gapNanosMax;
  private long roundGapNanosMax;

  /** Must be called before the write leaves: from here on it may exist. */
  void begin(String key, String value) {
    if (writes.put(key, new Write(value, UNKNOWN)) != null) {
      throw new IllegalStateException(key + " is written twice");
    }
  }

  void acknowledge(String key, String value, long revision) {
    writes.put(key, new Write(value, revision));
    synchronized (this) {
      long now = System.nanoTime();
      roundGapNanosMax = Math.max(roundGapNanosMax, now - lastAcknowledgedAt);
      gapNanosMax = Math.max(gapNanosMax, roundGapNanosMax);
      lastAcknowledgedAt = now;
      acknowledged++;
    }
  }

  /** The clock of the gaps starts anew: writers had been asked to rest. */
  synchronized void restartGap() {
    lastAcknowledgedAt = System.nanoTime();
  }

  synchronized boolean hasAcknowledgedSince(long nanoTime) {
    return lastAcknowledgedAt - nanoTime > 0;
  }

  /** Everything so far, and the longest gap of the round that ends with this call. */
  synchronized Figures endRound() {
    Figures figures = figures(roundGapNanosMax);
    roundGapNanosMax = 0;
    return figures;
  }

  synchronized Figures total() {
    return figures(gapNanosMax);
  }

  /** The write that was tried under this key. */
  Optional<Write> write(String key) {
    return Optional.ofNullable(writes.get(key));
  }

  /** All writes in the order of their keys. */
  Map<String, Write> writes() {
    return new TreeMap<>(writes);
  }

  /** Something that must never happen was seen while writing. The first word counts. */
  synchronized void violate(String what) {
    if (violation.isEmpty()) {
      violation = what;
      violated.countDown();
    }
  }

  /** Lets time pass, but not once a violation was seen: then throws it. */
  void letRun(Duration time) {
    try {
      if (violated.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new ExampleException(violation);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }

  private Figures figures(long gapNanos) {
    return new Figures(acknowledged, writes.size() - acknowledged, Duration.ofNanos(gapNanos));
  }
}
