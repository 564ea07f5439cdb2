package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;

/** Leaders that are told to hand over, also when there is no sense in it. */
final class LeadershipFaults<S extends StateMachine<?>> {
  private static final long STORM_EVERY_NANOS = 50 * Swarm.MILLI;

  private final Simulation<S> simulation;
  private final FaultSeason<S> season;

  LeadershipFaults(Simulation<S> simulation, FaultSeason<S> season) {
    this.simulation = simulation;
    this.season = season;
  }

  void transfer() {
    SimNode<S> target = season.anyNode();
    season.nodes().stream().filter(SimNode::isLeader).forEach(leader -> transfer(leader, target));
  }

  private void transfer(SimNode<S> leader, SimNode<S> target) {
    NodeId id = target.id();
    simulation.reached(Reached.TRANSFER);
    if (!target.isRunning()) {
      simulation.reached(Reached.TRANSFER_TO_DEAD);
    }
    if (id.equals(leader.id())) {
      simulation.reached(Reached.TRANSFER_TO_SELF);
    }
    if (leader.status().membership().membership().learners().contains(id)) {
      simulation.reached(Reached.TRANSFER_TO_LEARNER);
    }
    leader.feed(new Input.TransferLeadership(id));
  }

  void storm() {
    season.begins(Reached.TRANSFER_STORM, "leadership is handed on and on");
    season.repeat(10 + season.random().nextInt(40), STORM_EVERY_NANOS, this::transfer);
  }
}
