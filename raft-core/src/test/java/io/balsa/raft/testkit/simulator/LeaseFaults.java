package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What could elect another leader while the old one, cut off, still believes in its lease: each ends the others' patience early,
 * and then it is their promise that must hold.
 */
final class LeaseFaults<S extends StateMachine<?>> {
  private final Simulation<S> simulation;
  private final FaultSeason<S> season;

  /** Cuts the node off from all others, for a while. */
  private final Consumer<NodeId> isolate;

  LeaseFaults(Simulation<S> simulation, FaultSeason<S> season, Consumer<NodeId> isolate) {
    this.simulation = simulation;
    this.season = season;
    this.isolate = isolate;
  }

  List<Runnable> kinds() {
    return List.of(this::reset, this::restartFollowers, this::transferAndCut);
  }

  private Optional<SimNode<S>> leader() {
    return simulation.nodes().stream().filter(SimNode::isLeader).findFirst();
  }

  private List<SimNode<S>> allBut(SimNode<S> one) {
    return simulation.nodes().stream().filter(node -> node != one && node.isRunning()).toList();
  }

  /** All connections of the leader are reset and refused, as if its process were gone. */
  private void reset() {
    leader()
        .ifPresent(
            leader -> {
              simulation.reached(Reached.LEADER_RESET);
              isolate.accept(leader.id());
              allBut(leader).forEach(node -> node.feed(new Input.PeerUnreachable(leader.id())));
            });
  }

  /** Those who promised the leader something are somebody else for a moment. */
  private void restartFollowers() {
    leader()
        .ifPresent(
            leader -> {
              simulation.reached(Reached.FOLLOWERS_RESTARTED);
              isolate.accept(leader.id());
              for (SimNode<S> follower : allBut(leader)) {
                follower.crash("");
                season.later(season.between(1, 50), follower::restart);
              }
            });
  }

  /** The leader tells another to campaign, and is not heard of again. */
  private void transferAndCut() {
    leader()
        .ifPresent(
            leader -> {
              List<SimNode<S>> others = allBut(leader);
              if (!others.isEmpty()) {
                simulation.reached(Reached.TRANSFER_AND_CUT);
                NodeId heir = others.get(season.random().nextInt(others.size())).id();
                leader.feed(new Input.TransferLeadership(heir));
                season.later(
                    season.random().nextLong(3 * simulation.swarm().delayNanos),
                    () -> isolate.accept(leader.id()));
              }
            });
  }
}
