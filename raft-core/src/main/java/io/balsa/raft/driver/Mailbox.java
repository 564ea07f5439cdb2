package io.balsa.raft.driver;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue with many producers and one consumer that sleeps when there is nothing. It has no bound of its own: who fills it
 * says what bounds it.
 *
 * <p>{@link #put} and {@link #close}: any thread. {@link #drainTo} and {@link #await}: the consumer.
 */
final class Mailbox<T> {
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();
  private final Consumer<T> discard;
  private final AtomicBoolean parked = new AtomicBoolean();
  private volatile @Nullable Thread consumer;
  private volatile boolean closed;

  /**
   * @param discard told of every item that is put but will never be drained, because the mailbox was closed
   */
  Mailbox(Consumer<T> discard) {
    this.discard = discard;
  }

  void put(T item) {
    queue.add(item);
    if (closed) {
      // The consumer may have looked for the last time already.
      discardAll();
    } else {
      wake();
    }
  }

  /** Moves up to {@code max} items to the target. */
  void drainTo(List<T> target, int max) {
    for (int i = 0; i < max; i++) {
      T item = queue.poll();
      if (item == null) {
        return;
      }
      target.add(item);
    }
  }

  /** Sleeps until there is an item, the mailbox is closed, or the time is over; may return early. */
  void await(long nanos) {
    consumer = Thread.currentThread();
    // Set before the queue is looked at: a producer that adds after the look sees the flag and
    // unparks.
    parked.set(true);
    if (queue.isEmpty() && !closed && nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
    parked.set(false);
  }

  /** From now on nothing is kept: what waits and what still comes is discarded. Idempotent. */
  void close() {
    closed = true;
    discardAll();
    wake();
  }

  boolean isClosed() {
    return closed;
  }

  private void wake() {
    // Read before the exchange: a running consumer costs its producers nothing but this read.
    if (parked.get() && parked.compareAndSet(true, false)) {
      LockSupport.unpark(consumer);
    }
  }

  private void discardAll() {
    for (T item = queue.poll(); item != null; item = queue.poll()) {
      discard.accept(item);
    }
  }
}
