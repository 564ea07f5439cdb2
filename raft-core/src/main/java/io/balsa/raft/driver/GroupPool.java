package io.balsa.raft.driver;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The host's pools as one group uses them: knows when nothing of the group runs there any more. Thread-safe. */
final class GroupPool {
  private final Pools pools;
  private int running;

  GroupPool(Pools pools) {
    this.pools = pools;
  }

  /** Reads of the log for peers that are behind the cache, and pieces of a snapshot that comes in. */
  void read(Runnable task) {
    execute(pools.readers(), task);
  }

  /** Snapshots that are written here or sent to a peer. */
  void snapshot(Runnable task) {
    execute(pools.snapshots(), task);
  }

  /** Waits until nothing runs and nothing waits. To be called when nothing new will come. Blocks. */
  synchronized void awaitNone() throws InterruptedException {
    while (running > 0) {
      wait();
    }
  }

  private void execute(Executor pool, Runnable task) {
    begin();
    try {
      pool.execute(
          () -> {
            try {
              task.run();
            } finally {
              end();
            }
          });
    } catch (RejectedExecutionException e) {
      // The host has stopped: the task's owner is told so by the same stop.
      end();
    }
  }

  private synchronized void begin() {
    running++;
  }

  private synchronized void end() {
    running--;
    notifyAll();
  }
}
