package io.balsa.examples.crash;

import io.balsa.examples.process.ExampleException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where writers pass before each write. While it is shut nobody passes; whoever shut it can wait until all who had passed
 * are done. Thread-safe.
 */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by the lock.
  private boolean open = true;
  private boolean closed;
  private int inside;

  /** Waits until the gate is open, and passes. Returns false once it is closed for good. */
  boolean enter() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!open && !closed) {
        changed.await();
      }
      if (closed) {
        return false;
      }
      inside++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Says that the write is done. */
  void leave() {
    lock.lock();
    try {
      inside--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A rest after a failure, cut short when the gate moves. */
  void rest(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = time.toNanos();
      while (nanos > 0 && open && !closed) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Shuts the gate and waits until nobody is inside. */
  void shut(Duration deadline) {
    lock.lock();
    try {
      open = false;
      changed.signalAll();
      long nanos = deadline.toNanos();
      while (inside > 0) {
        if (nanos <= 0) {
          throw new ExampleException(inside + " writes didn't end within " + deadline);
        }
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  void open() {
    move(true, false);
  }

  /** Shuts the gate for good; writers end. */
  void close() {
    move(false, true);
  }

  private void move(boolean openNow, boolean closedNow) {
    lock.lock();
    try {
      open = openNow;
      closed |= closedNow;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
