package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What could elect another leader while the old one, cut off, still believes in its lease: each ends the others' patience early,
 * and then it is their promise that must hold.
 */
final class LeaseFaults<S extends StateMachine<?>> {
  private static final long RESTART_NANOS_MAX = 50 * Swarm.MILLI;

  private final Simulation<S> simulation;
  private final SplittableRandom random;

  /** Cuts the node off from all others, for a while. */
  private final Consumer<NodeId> isolate;

  LeaseFaults(Simulation<S> simulation, SplittableRandom random, Consumer<NodeId> isolate) {
    this.simulation = simulation;
    this.random = random;
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
                follower.crash();
                simulation.queue().after(1 + random.nextLong(RESTART_NANOS_MAX), follower::restart);
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
                NodeId heir = others.get(random.nextInt(others.size())).id();
                leader.feed(new Input.TransferLeadership(heir));
                simulation
                    .queue()
                    .after(
                        random.nextLong(3 * simulation.swarm().delayNanos),
                        () -> isolate.accept(leader.id()));
              }
            });
  }
}
