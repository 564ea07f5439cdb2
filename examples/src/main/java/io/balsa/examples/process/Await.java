package io.balsa.examples.process;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do. Nobody notifies us of it, so the condition is asked again and again. */
public final class Await {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private Await() {}

  /** Whether the condition came to hold before the deadline passed. */
  public static boolean holds(Duration deadline, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > deadline.toNanos()) {
        return false;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new ExampleException("interrupted");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /**
   * Returns once the condition holds.
   *
   * @throws ExampleException with what was waited for, after the deadline
   */
  public static void until(String what, Duration deadline, BooleanSupplier condition) {
    if (!holds(deadline, condition)) {
      throw new ExampleException("waited " + deadline.toMillis() + " ms in vain until " + what);
    }
  }
}
