package io.balsa.kv.state;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that removes compacted history in the background, resting between two steps. */
final class CompactionThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CompactionThread.class);

  /** Long enough that a broken disk doesn't fill the log, short enough that a passing fault is soon over. */
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

  private final Compactor compactor;
  private final Duration pause;

  /** What is handed over after closing is dropped: there is nothing to do any more. */
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, CompactionThread::daemon, new ThreadPoolExecutor.DiscardPolicy());

  /** Whether a step is scheduled or running: then nobody needs to be woken. */
  private final AtomicBoolean busy = new AtomicBoolean();

  CompactionThread(Compactor compactor, Duration pause) {
    this.compactor = compactor;
    this.pause = pause;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "balsa-kv-compaction");
    thread.setDaemon(true);
    return thread;
  }

  /** There may be something to remove. */
  void wake() {
    if (busy.compareAndSet(false, true)) {
      thread.execute(this::step);
    }
  }

  private void step() {
    try {
      if (compactor.step()) {
        var unused = thread.schedule(this::step, pause.toNanos(), TimeUnit.NANOSECONDS);
        return;
      }
    } catch (RuntimeException | Error e) {
      // What isn't removed stays until a later attempt, but those who wait must know.
      LOG.error("removing compacted history failed; it is tried again in {}", RETRY_PAUSE, e);
      compactor.failWaiting(e);
      var unused = thread.schedule(this::step, RETRY_PAUSE.toNanos(), TimeUnit.NANOSECONDS);
      return;
    }
    busy.set(false);
    // A compaction that was applied between the last look and the line above found us busy: look
    // once more.
    if (compactor.hasWork()) {
      wake();
    }
  }

  @Override
  public void close() {
    compactor.close();
    thread.shutdownNow();
  }
}
