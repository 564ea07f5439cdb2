package io.balsa.raft.driver;

import io.balsa.raft.model.Membership;
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

  /**
   * Why leadership can't be handed to the target, or nothing if it can.
   *
   * @param underWay to whom it is being handed over
   */
  static Optional<String> refusalOf(NodeId target, CoreStatus status, Optional<NodeId> underWay) {
    if (status.role() != Role.LEADER) {
      String leader = status.leader().map(NodeId::value).orElse("unknown");
      return Optional.of("only the leader hands over; the leader is " + leader);
    }
    if (target.equals(status.self())) {
      return Optional.of(target + " leads already");
    }
    Membership membership = status.membership().membership();
    if (!membership.voters().contains(target)) {
      String what =
          membership.contains(target) ? "doesn't vote, or is about to stop" : "is no member";
      return Optional.of(target + " can't lead: it " + what);
    }
    return underWay.map(other -> "leadership is being handed to " + other + " already");
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

  /** Completes those who see another leader, who have been given up, and who have waited for too long. The loop. */
  void update(CoreStatus status, Optional<NodeId> underWay, long nowNanos) {
    Optional<NodeId> other = status.leader().filter(leader -> !leader.equals(status.self()));
    boolean givenUp = status.role() == Role.LEADER && underWay.isEmpty();
    List<Waiter> ended = new ArrayList<>();
    synchronized (this) {
      waiters.removeIf(
          waiter -> {
            boolean ends = other.isPresent() || givenUp || waiter.deadlineNanos() <= nowNanos;
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
        waiter.target() + " didn't take over in time, or votes no more: " + now);
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
