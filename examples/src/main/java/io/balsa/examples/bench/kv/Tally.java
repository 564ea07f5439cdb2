package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.measure.Latency;
import io.balsa.examples.process.ExampleException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a closed loop has done. Written on the generator's thread, apart from {@link #stop}; read when {@link #awaitIdle} has
 * returned.
 */
final class Tally {
  private static final long FIRST_SECONDS_MAX = 60;

  private final Latency latency = new Latency();
  private final CountDownLatch idle;
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile boolean measuring;
  private volatile boolean stopped;
  private boolean ranOut;
  private volatile long errors;
  private String firstError = "";

  Tally(int clients) {
    this.idle = new CountDownLatch(clients);
  }

  /** From now on, what ends counts. */
  void measure() {
    measuring = true;
  }

  /** Lets time pass while clients work; less of it when they have run out of requests. */
  void pass(Duration duration) {
    try {
      boolean ended = idle.await(duration.toNanos(), TimeUnit.NANOSECONDS);
      ranOut |= ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }

  /** Lets time pass as {@link #pass} does, and more of it until something has ended that counts: a call may be slow. */
  void passAtLeastOne(Duration duration) {
    pass(duration);
    try {
      boolean one = ranOut || errors > 0 || first.await(FIRST_SECONDS_MAX, TimeUnit.SECONDS);
      if (!one) {
        throw new ExampleException("nothing was answered within " + FIRST_SECONDS_MAX + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }

  /** Clients begin nothing new. */
  void stop() {
    measuring = false;
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }

  void done(long nanos) {
    if (measuring) {
      latency.record(nanos);
      first.countDown();
    }
  }

  void failed(String error) {
    errors = errors + 1; // One thread writes it.
    if (firstError.isEmpty()) {
      firstError = error;
    }
  }

  void clientEnded() {
    idle.countDown();
  }

  /**
   * Returns when every client has ended, and everything is there to be read.
   *
   * @throws ExampleException if they don't in that time
   */
  void awaitIdle(long time, TimeUnit unit) {
    try {
      if (!idle.await(time, unit)) {
        throw new ExampleException(
            idle.getCount() + " clients still wait for an answer after " + time + " " + unit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }

  Latency latency() {
    return latency;
  }

  long errors() {
    return errors;
  }

  String firstError() {
    return firstError;
  }
}
