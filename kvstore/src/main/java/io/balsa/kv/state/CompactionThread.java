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
    } catch (RuntimeException e) {
      // Nothing that was promised depends on it: what isn't removed stays, and the apply thread
      // meets a broken disk itself.
      LOG.error("removing compacted history failed and is given up until the next start", e);
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
