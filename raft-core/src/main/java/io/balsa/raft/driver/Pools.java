package io.balsa.raft.driver;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads for what is slow; they end when they are idle for long. Log reads don't share theirs with snapshots, so that
 * a follower a little behind never waits for one that is far behind.
 *
 * <p>What waits for a thread is bounded by what may wait per group and peer: see {@link SerialQueue}, {@link
 * SnapshotSender} and {@link OwnSnapshots}.
 */
final class Pools {
  private static final int READERS = 2;

  /** More than the peers of a usual group: a transfer holds its thread while it waits for a slow peer. */
  private static final int SNAPSHOT_THREADS = 8;

  private static final Duration IDLE_TIME = Duration.ofSeconds(10);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  private final ThreadPoolExecutor readers = pool(READERS, "balsa-read-");
  private final ThreadPoolExecutor snapshots = pool(SNAPSHOT_THREADS, "balsa-snapshot-");

  /** Reads of the log for peers that are behind the cache, and pieces of a snapshot that comes in. */
  Executor readers() {
    return readers;
  }

  /** Snapshots that are written here or sent to a peer. */
  Executor snapshots() {
    return snapshots;
  }

  /** Takes nothing new. What waits still runs, and finds the host stopped. */
  void shutDown() {
    for (ThreadPoolExecutor pool : new ThreadPoolExecutor[] {readers, snapshots}) {
      pool.shutdown();
    }
  }

  /**
   * Waits for what runs.
   *
   * @return false if it still runs after half a minute
   */
  boolean awaitEnd() throws InterruptedException {
    return readers.awaitTermination(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        && snapshots.awaitTermination(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ThreadPoolExecutor pool(int threads, String name) {
    AtomicInteger count = new AtomicInteger();
    ThreadFactory factory = task -> new Thread(task, name + count.incrementAndGet());
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_TIME.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
