package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.MoveLeaderResponse;
import io.balsa.kv.request.Replica;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands leadership to the member that an operator names. Stateless; any thread; doesn't block. */
final class LeadershipMove {
  private static final Logger log = LoggerFactory.getLogger(LeadershipMove.class);

  private LeadershipMove() {}

  /** Completes once the target leads, with an answer that has no header, as etcd's. */
  static CompletableFuture<MoveLeaderResponse> to(MemberId target, Replica replica) {
    NodeStatus status = replica.status();
    NodeId node = target.toNodeId();
    if (!status.isLeader()) {
      return CompletableFuture.failedFuture(KvError.NOT_LEADER.exception());
    }
    if (!status.membership().voters().contains(node)) {
      return CompletableFuture.failedFuture(KvError.BAD_LEADER_TRANSFEREE.exception());
    }
    if (node.equals(status.self())) {
      return CompletableFuture.completedFuture(MoveLeaderResponse.getDefaultInstance());
    }
    return replica
        .transferLeadership(node)
        .handle(
            (done, failure) -> {
              if (failure != null) {
                throw reason(failure);
              }
              requireNoOther(node, replica.status());
              return MoveLeaderResponse.getDefaultInstance();
            });
  }

  /** This member has given way; but an election may have had another end than was meant. */
  private static void requireNoOther(NodeId target, NodeStatus status) {
    boolean otherLeads =
        status
            .leader()
            .filter(leader -> !leader.equals(target) && !leader.equals(status.self()))
            .isPresent();
    if (otherLeads) {
      throw KvError.LEADER_TRANSFER_TIMEOUT.exception();
    }
  }

  private static RuntimeException reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof NodeStoppedException) {
      return KvError.SERVER_STOPPED.exception();
    }
    log.warn("leadership wasn't moved: {}", String.valueOf(cause));
    return KvError.LEADER_TRANSFER_TIMEOUT.exception();
  }
}
