package io.balsa.raft.driver;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.CoreStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One group's callers who wait for another leader. Thread-safe: the loop moves them on, whoever stops the group ends all. */
final class LeadershipTransfers {
  private final long timeoutNanos;
  private final List<Waiter> waiters = new ArrayList<>();
  private @Nullable NodeStoppedException stopped;

  private record Waiter(NodeId target, long deadlineNanos, CompletableFuture<Void> future) {}

  LeadershipTransfers(long timeoutNanos) {
    this.timeoutNanos = timeoutNanos;
  }

  /** The loop. */
  void add(NodeId target, CompletableFuture<Void> future, long nowNanos) {
    NodeStoppedException reason;
    synchronized (this) {
      reason = stopped;
      if (reason == null) {
        waiters.add(new Waiter(target, nowNanos + timeoutNanos, future));
      }
    }
    if (reason != null) {
      future.completeExceptionally(reason);
    }
  }

  /** Completes those who see another leader, and those who have waited for too long. The loop. */
  void update(CoreStatus status, long nowNanos) {
    Optional<NodeId> other = status.leader().filter(leader -> !leader.equals(status.self()));
    List<Waiter> ended = new ArrayList<>();
    synchronized (this) {
      waiters.removeIf(
          waiter -> {
            boolean ends = other.isPresent() || waiter.deadlineNanos() <= nowNanos;
            return ends && ended.add(waiter);
          });
    }
    for (Waiter waiter : ended) {
      if (other.isPresent()) {
        waiter.future().complete(null);
      } else {
        waiter.future().completeExceptionally(notTaken(waiter, status));
      }
    }
  }

  private static IllegalStateException notTaken(Waiter waiter, CoreStatus status) {
    String now = status.role() == Role.LEADER ? "this node leads still" : "no leader is known";
    return new IllegalStateException(
        waiter.target() + " didn't take over within an election timeout: " + now);
  }

  /** {@link Long#MAX_VALUE} for never. The loop. */
  synchronized long nextDeadline() {
    return waiters.isEmpty() ? Long.MAX_VALUE : waiters.get(0).deadlineNanos();
  }

  /** Any thread; idempotent. */
  void stop(NodeStoppedException reason) {
    List<Waiter> all;
    synchronized (this) {
      stopped = reason;
      all = List.copyOf(waiters);
      waiters.clear();
    }
    all.forEach(waiter -> waiter.future().completeExceptionally(reason));
  }
}
