package io.balsa.kv.lease;

import io.balsa.kv.model.KvError;
import io.balsa.kv.request.Replica;
import io.balsa.raft.NodeStatus;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers the question "does this member still lead?" for everybody who asks, with one round of
 * heartbeats at a time: who asks during a round is answered by the next one, since a round only
 * proves what was true when it began. Thread-safe; nothing blocks.
 */
final class LeadershipRounds {
  /*
   * A barrier may also be passed at a follower, through its leader. It proves that *this* member
   * led the term if it says so before and after: a member that stopped leading in between can't
   * lead the same term again.
   */
  private final Replica replica;

  // Guarded by this.
  private @Nullable CompletableFuture<Long> next;
  private boolean running;

  LeadershipRounds(Replica replica) {
    this.replica = replica;
  }

  /**
   * Completes with a term in which this member led at some moment after this call, with everything
   * applied that was committed when it was called. Fails with {@link KvError#NOT_LEADER} or {@link
   * KvError#LEADER_CHANGED}.
   */
  CompletableFuture<Long> confirm() {
    CompletableFuture<Long> answer;
    synchronized (this) {
      if (next == null) {
        next = new CompletableFuture<>();
      }
      answer = next;
      if (running) {
        return answer;
      }
      running = true;
    }
    startRound();
    return answer;
  }

  private void startRound() {
    CompletableFuture<Long> round;
    synchronized (this) {
      if (next == null) {
        running = false;
        return;
      }
      round = next;
      next = null;
    }
    NodeStatus before = replica.status();
    if (!before.isLeader()) {
      round.completeExceptionally(KvError.NOT_LEADER.exception());
      startRound();
      return;
    }
    var unused =
        replica
            .readBarrier()
            .whenComplete(
                (index, failure) -> {
                  NodeStatus after = replica.status();
                  if (failure == null && after.isLeader() && after.term() == before.term()) {
                    round.complete(before.term());
                  } else {
                    round.completeExceptionally(KvError.LEADER_CHANGED.exception());
                  }
                  startRound();
                });
  }
}
