package io.balsa.examples.bench.raft.trial;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * So many proposers at the leader, each of which proposes again as soon as its last command is applied, on the thread that tells
 * it. Commands are the same bytes every time.
 */
final class Proposers {
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long ERRORS_MAX = 1_000;

  private final Trio trio;
  private final byte[] command;
  private final CountDownLatch running;
  private final Histogram latency = new ConcurrentHistogram(MOST_NANOS, 3);
  private final AtomicLong errors = new AtomicLong();
  private boolean gaveUp;
  private volatile String firstError = "";
  private volatile boolean measuring;
  private volatile boolean stopped;

  Proposers(Trio trio, int payloadBytes, int count) {
    this.trio = trio;
    this.command = new byte[payloadBytes];
    this.running = new CountDownLatch(count);
  }

  void start() {
    long count = running.getCount();
    for (long i = 0; i < count; i++) {
      propose();
    }
  }

  /** Lets time pass while proposers work; less of it when all of them have given up. */
  void pass(Duration duration) throws InterruptedException {
    gaveUp |= running.await(duration.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether all of them met so many errors that they ended before they were told to. */
  boolean gaveUp() {
    return gaveUp;
  }

  /** From now on, what is applied counts. */
  void measure() {
    measuring = true;
  }

  /** Nothing counts any more, and nothing new is proposed; returns when all is answered. */
  void stop() throws InterruptedException {
    measuring = false;
    stopped = true;
    if (!running.await(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException(
          running.getCount() + " proposals were never answered; " + firstError);
    }
  }

  Histogram latency() {
    return latency;
  }

  long errors() {
    return errors.get();
  }

  String firstError() {
    return firstError;
  }

  private void propose() {
    if (stopped || errors.get() > ERRORS_MAX) {
      running.countDown();
      return;
    }
    long start = System.nanoTime();
    trio.propose(command, (result, failure) -> done(start, failure));
  }

  private void done(long start, @Nullable Throwable failure) {
    if (failure != null) {
      errors.incrementAndGet();
      firstError = firstError.isEmpty() ? failure.toString() : firstError;
    } else if (measuring) {
      latency.recordValue(Math.min(System.nanoTime() - start, MOST_NANOS));
    }
    propose();
  }
}
