package io.balsa.raft.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * A read that waits for its index, or for its index to be applied. Whoever finishes it first wins; thread-safe.
 *
 * @param <T> what the reader gets
 */
final class PendingRead<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final LongFunction<T> query;
  private final AtomicBoolean finished = new AtomicBoolean();
  private final Runnable onFinished;
  private final long deadlineNanos;

  /**
   * @param query what to run on the apply thread, given the index that the read waited for
   * @param onFinished called exactly once, before the future completes
   */
  PendingRead(LongFunction<T> query, long deadlineNanos, Runnable onFinished) {
    this.query = query;
    this.deadlineNanos = deadlineNanos;
    this.onFinished = onFinished;
  }

  CompletableFuture<T> future() {
    return future;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  boolean isFinished() {
    return finished.get();
  }

  /** Runs the query. The apply thread, when the index is applied. */
  void answer(long readIndex) {
    if (finish()) {
      try {
        future.complete(query.apply(readIndex));
      } catch (RuntimeException | Error e) {
        // The query is the caller's; a failure of it says nothing about the state, which it only
        // read.
        future.completeExceptionally(e);
      }
    }
  }

  void fail(RuntimeException reason) {
    if (finish()) {
      future.completeExceptionally(reason);
    }
  }

  private boolean finish() {
    boolean first = finished.compareAndSet(false, true);
    if (first) {
      onFinished.run();
    }
    return first;
  }
}
