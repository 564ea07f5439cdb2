package io.balsa.raft.driver;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Runs its tasks one after the other on a shared pool; holds no thread while it is empty. Bounded. Thread-safe. */
final class SerialQueue {
  private final Executor pool;
  private final int tasksMax;
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  SerialQueue(Executor pool, int tasksMax) {
    this.pool = pool;
    this.tasksMax = tasksMax;
  }

  synchronized boolean isIdle() {
    return !running;
  }

  synchronized boolean isFull() {
    return tasks.size() >= tasksMax;
  }

  /** Runs the task after all that are here; its exceptions are its own business. Ignores the bound: ask {@link #isFull}. */
  synchronized void add(Runnable task) {
    tasks.add(task);
    if (!running) {
      running = true;
      pool.execute(this::runAll);
    }
  }

  private void runAll() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable task = tasks.poll();
    if (task == null) {
      running = false;
    }
    return task;
  }
}
