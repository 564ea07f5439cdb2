package io.balsa.raft.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Where a session takes its time from: a monotonic clock and a way to be called later. Thread-safe. */
public interface SessionTimer {
  /** This process's clock. Calls come from a thread that the JDK shares among all that wait, and return at once. */
  SessionTimer SYSTEM =
      new SessionTimer() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void after(long nanos, Runnable task) {
          var unused =
              new CompletableFuture<Void>()
                  .completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS)
                  .thenRun(task);
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Calls the task once, when about so much time has passed; never from within this method. */
  void after(long nanos, Runnable task);
}
