package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.HostHeartbeat;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreConfig;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.liveness.HostWatch;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What a node's host does for all its groups, of which the node's is the only one: it watches other hosts. */
final class SimWatch {
  private final HostWatch watch;
  private List<NodeId> reliesOn = List.of();

  SimWatch(CoreConfig config, long startId) {
    this.watch =
        new HostWatch(startId, config.heartbeatIntervalNanos(), config.electionTimeoutNanos());
  }

  /** Whom the group relies on from now on. */
  void rely(List<NodeId> peers, long now) {
    if (!reliesOn.equals(peers)) {
      reliesOn.forEach(watch::release);
      peers.forEach(peer -> watch.rely(peer, now));
      reliesOn = peers;
    }
  }

  long nextDeadline() {
    return watch.nextDeadline();
  }

  List<NodeId> tick(long now, BiConsumer<NodeId, HostHeartbeat> sender) {
    return watch.tick(now, sender);
  }

  boolean onHeartbeat(NodeId from, HostHeartbeat heartbeat, long now) {
    return watch.onHeartbeat(from, heartbeat, now);
  }

  /** What is counted when the input wakes a node at rest. */
  static Optional<Reached> wokenBy(Input input) {
    if (input instanceof Input.Propose) {
      return Optional.of(Reached.WOKEN_BY_PROPOSAL);
    } else if (input instanceof Input.ReadBarrier) {
      return Optional.of(Reached.WOKEN_BY_READ);
    } else if (input instanceof Input.PeerSilent) {
      return Optional.of(Reached.WOKEN_BY_SILENT_HOST);
    } else if (input instanceof Input.PeerUnreachable) {
      return Optional.of(Reached.WOKEN_BY_DEAD_HOST);
    }
    boolean election =
        input instanceof Input.Received received
            && (received.message() instanceof Message.PreVoteRequest
                || received.message() instanceof Message.VoteRequest);
    return election ? Optional.of(Reached.WOKEN_BY_ELECTION) : Optional.empty();
  }
}
