package io.balsa.kv.lease;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after leases: it ticks the keeper, does its longer work, and tries requests
 * again that found no leader. Thread-safe. What waits on it is bounded by the requests under way.
 */
public final class LeaseThread implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseThread.class);

  private final ScheduledThreadPoolExecutor timer;

  public LeaseThread() {
    timer = new ScheduledThreadPoolExecutor(1, LeaseThread::daemon);
    timer.setRemoveOnCancelPolicy(true);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "lease-keeper");
    thread.setDaemon(true);
    return thread;
  }

  /** Ticks the keeper from now on. A tick that fails is logged, and the next one comes. */
  public void drive(LeaseKeeper keeper, Duration tick) {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                keeper.tick();
              } catch (RuntimeException e) {
                LOG.error("looking for leases that ran out failed", e);
              }
            },
            tick.toNanos(),
            tick.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** Runs work that is too long for Raft's threads or gRPC's. */
  @Override
  public void execute(Runnable work) {
    timer.execute(work);
  }

  /**
   * Runs something in a while.
   *
   * @return whether it will; false once this is closed
   */
  boolean later(Duration pause, Runnable work) {
    try {
      var unused = timer.schedule(work, pause.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (RejectedExecutionException closed) {
      LOG.trace("too late: the lease thread is closed", closed);
      return false;
    }
  }

  /** No tick and no new attempt after this; attempts that wait are still made. Idempotent. */
  @Override
  public void close() {
    timer.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    timer.shutdown();
  }
}
