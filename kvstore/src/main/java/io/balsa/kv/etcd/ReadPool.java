package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Threads for reads that are too long for an event loop. A read that finds the queue full is refused as too many requests.
 * Thread-safe.
 */
public final class ReadPool implements AutoCloseable {
  private static final int QUEUE_MAX = 16_384;

  private final ThreadPoolExecutor threads;

  public ReadPool(int threadsMax) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory named =
        work -> {
          Thread thread = new Thread(work, "kv-read-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    threads =
        new ThreadPoolExecutor(
            threadsMax,
            threadsMax,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            named);
    threads.allowCoreThreadTimeOut(true);
  }

  /** Runs the read and completes the future with what it returns or throws; a future that was cancelled isn't read for. */
  public <T> void read(CompletableFuture<T> answer, Supplier<T> read) {
    try {
      threads.execute(() -> run(answer, read));
    } catch (RejectedExecutionException full) {
      KvError error = threads.isShutdown() ? KvError.SERVER_STOPPED : KvError.TOO_MANY_REQUESTS;
      answer.completeExceptionally(error.exception());
    }
  }

  /** As {@link #read}, but at once and on this thread. */
  static <T> void run(CompletableFuture<T> answer, Supplier<T> read) {
    if (answer.isDone()) {
      return;
    }
    try {
      answer.complete(read.get());
    } catch (RuntimeException | Error e) {
      // An Error too: whoever waits would wait for ever, while the thread's end is no news to them.
      answer.completeExceptionally(e);
    }
  }

  /** Reads that were accepted still run. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
