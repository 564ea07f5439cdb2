package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;
import java.util.Comparator;
import java.util.List;

/**
 * Two who both believe to lead, for a moment that the other clients may miss: a write at the newer, then reads at the older,
 * which must not be answered from before it.
 */
final class Rivals<S extends StateMachine<?>> {
  private static final int LOOKS = 200;

  private final Simulation<S> simulation;
  private final FaultSeason<S> season;
  private final SimClient<S> writer;
  private final SimClient<S> reader;

  Rivals(Simulation<S> simulation, FaultSeason<S> season, SimSubject<S> subject) {
    this.simulation = simulation;
    this.season = season;
    this.writer = new SimClient<>(simulation, subject, season.random().split());
    this.reader = new SimClient<>(simulation, subject, season.random().split());
    writer.stop();
    reader.stop();
  }

  /** For the next few election timeouts. */
  void watch() {
    season.repeat(LOOKS, simulation.swarm().electionNanos * 4 / LOOKS, this::look);
  }

  private void look() {
    List<SimNode<S>> leaders =
        simulation.nodes().stream()
            .filter(node -> node.isLeader() && !node.isPaused())
            .sorted(Comparator.comparingLong(node -> node.status().term()))
            .toList();
    if (leaders.size() > 1) {
      simulation.reached(Reached.RIVALS);
      if (!writer.isAsking()) {
        writer.write(leaders.get(leaders.size() - 1));
      }
      if (!reader.isAsking()) {
        reader.read(leaders.get(0), simulation.swarm().leases());
      }
    }
  }
}
