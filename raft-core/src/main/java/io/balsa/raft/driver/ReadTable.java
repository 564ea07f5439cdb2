package io.balsa.raft.driver;

import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.ReadFailedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.ReadDecision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One group's open reads: bounded in number, each with a deadline, and those that share a barrier together. Thread-safe.
 */
final class ReadTable {
  private static final int OPEN_READS_MAX = 100_000;

  private final long timeoutNanos;
  private final AtomicInteger open = new AtomicInteger();

  /** In the order of the deadlines, up to what a race of two readers may swap; finished ones leave at the head. */
  private final Deque<PendingRead<?>> byDeadline = new ArrayDeque<>();

  private final Map<Long, List<PendingRead<?>>> byBarrier = new HashMap<>();
  private long nextBarrierId;
  private @Nullable NodeStoppedException stopped;

  /** Where granted reads wait until their index is applied. */
  @FunctionalInterface
  interface Applied {
    void answerWhenApplied(long readIndex, List<PendingRead<?>> reads);
  }

  ReadTable(long firstBarrierId, long timeoutNanos) {
    this.nextBarrierId = firstBarrierId;
    this.timeoutNanos = timeoutNanos;
  }

  /** A new read; it has failed already if there are too many or the group has stopped. Any thread. */
  <T> PendingRead<T> open(LongFunction<T> query, long nowNanos) {
    PendingRead<T> read = new PendingRead<>(query, nowNanos + timeoutNanos, open::decrementAndGet);
    if (open.incrementAndGet() > OPEN_READS_MAX) {
      read.fail(new ReadFailedException(RejectReason.OVERLOADED));
      return read;
    }
    NodeStoppedException reason;
    synchronized (this) {
      reason = stopped;
      if (reason == null) {
        byDeadline.add(read);
      }
    }
    if (reason != null) {
      read.fail(reason);
    }
    return read;
  }

  /** Joins the reads to one barrier and returns its id. All were made before the barrier is. The loop. */
  synchronized long joinBarrier(List<PendingRead<?>> reads) {
    long id = nextBarrierId++;
    byBarrier.put(id, List.copyOf(reads));
    return id;
  }

  /** The loop. */
  void onDecision(ReadDecision decision, Applied applied) {
    List<PendingRead<?>> reads;
    synchronized (this) {
      reads = byBarrier.remove(decision.readId());
    }
    if (reads == null) {
      return;
    }
    if (decision instanceof ReadDecision.Granted granted) {
      applied.answerWhenApplied(granted.readIndex(), reads);
    } else if (decision instanceof ReadDecision.Rejected rejected) {
      reads.forEach(read -> read.fail(new ReadFailedException(rejected.reason())));
    }
  }

  /** Fails what has waited for too long. The loop. */
  void expire(long nowNanos) {
    List<PendingRead<?>> late = new ArrayList<>();
    synchronized (this) {
      for (PendingRead<?> head = byDeadline.peek(); head != null; head = byDeadline.peek()) {
        if (!head.isFinished() && head.deadlineNanos() > nowNanos) {
          break;
        }
        byDeadline.remove();
        late.add(head);
      }
    }
    late.forEach(read -> read.fail(new ReadFailedException(RejectReason.TIMED_OUT)));
  }

  /** When {@link #expire} has something to do; {@link Long#MAX_VALUE} for never. The loop. */
  synchronized long nextDeadline() {
    PendingRead<?> head = byDeadline.peek();
    return head == null ? Long.MAX_VALUE : head.deadlineNanos();
  }

  /** Fails all, and whatever is opened from now on. Any thread; idempotent. */
  void stop(NodeStoppedException reason) {
    List<PendingRead<?>> all;
    synchronized (this) {
      stopped = reason;
      all = List.copyOf(byDeadline);
      byDeadline.clear();
      byBarrier.clear();
    }
    all.forEach(read -> read.fail(reason));
  }
}
