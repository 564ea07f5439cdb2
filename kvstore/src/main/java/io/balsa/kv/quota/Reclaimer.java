package io.balsa.kv.quota;

import io.balsa.kv.model.KvError;
import io.balsa.kv.state.KvStateMachine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives deleted space back to the disk, on a thread of its own: rewriting files may take minutes. Whoever asks while a run
 * waits to begin shares it; so at most one runs and one waits. Thread-safe.
 */
final class Reclaimer implements AutoCloseable {
  private final KvStateMachine state;
  private final ThreadPoolExecutor thread;

  /** The run that hasn't begun yet. */
  private @Nullable CompletableFuture<Void> waiting;

  Reclaimer(KvStateMachine state) {
    this.state = state;
    this.thread =
        new ThreadPoolExecutor(
            1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Reclaimer::daemon);
    thread.allowCoreThreadTimeOut(true);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "kv-reclaim");
    thread.setDaemon(true);
    return thread;
  }

  /** Completes after a run that began after this call. */
  synchronized CompletableFuture<Void> reclaim() {
    if (waiting != null) {
      return waiting.copy();
    }
    CompletableFuture<Void> run = new CompletableFuture<>();
    try {
      thread.execute(() -> run(run));
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.failedFuture(KvError.SERVER_STOPPED.exception());
    }
    waiting = run;
    return run.copy();
  }

  private void run(CompletableFuture<Void> run) {
    synchronized (this) {
      waiting = null;
    }
    try {
      state.reclaimSpace();
      run.complete(null);
    } catch (RuntimeException | Error e) {
      run.completeExceptionally(e);
    }
  }

  /** A run that waits doesn't begin any more; one under way ends when the store is closed. */
  @Override
  public synchronized void close() {
    thread.shutdownNow();
    if (waiting != null) {
      waiting.completeExceptionally(KvError.SERVER_STOPPED.exception());
      waiting = null;
    }
  }
}
