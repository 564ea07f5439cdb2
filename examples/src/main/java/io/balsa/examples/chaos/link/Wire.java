package io.balsa.examples.chaos.link;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One direction between two members, whatever connection its bytes travel on. Thread-safe. */
final class Wire {
  private static final long PIECE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Guarded by the lock. */
  private Weather weather = Weather.FAIR;

  /** What may become of a piece. */
  enum Fate {
    ARRIVES,
    ARRIVES_DAMAGED,
    RESET
  }

  void set(Weather next) {
    lock.lock();
    try {
      weather = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isFair() {
    return weather().equals(Weather.FAIR);
  }

  /** Waits for as long as the weather has it, then says what becomes of a piece of so many bytes. */
  Fate carry(int bytes) throws InterruptedException {
    Weather now = awaitPassable();
    ThreadLocalRandom chance = ThreadLocalRandom.current();
    if (chance.nextDouble() < now.resetChance()) {
      return Fate.RESET;
    }
    long nanos =
        now.delay().isZero() ? 0 : now.delay().toNanos() + chance.nextLong(now.delay().toNanos());
    if (now.bytesPerSecond() > 0) {
      nanos += bytes * PIECE_NANOS / now.bytesPerSecond();
    }
    rest(nanos);
    awaitPassable();
    return chance.nextDouble() < now.flipChance() ? Fate.ARRIVES_DAMAGED : Fate.ARRIVES;
  }

  Weather awaitPassable() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (weather.cut()) {
        changed.await();
      }
      return weather;
    } finally {
      lock.unlock();
    }
  }

  private Weather weather() {
    lock.lock();
    try {
      return weather;
    } finally {
      lock.unlock();
    }
  }

  /** A delay that is under way ends with its weather. */
  private void rest(long nanos) throws InterruptedException {
    if (nanos <= 0) {
      return;
    }
    lock.lockInterruptibly();
    try {
      Weather then = weather;
      long left = nanos;
      while (left > 0 && weather == then) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
