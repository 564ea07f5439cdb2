package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;

/**
 * What was answered to a node's former life reaches the next one, just when it asks the same kind of question and doesn't hold
 * yet what was written meanwhile.
 */
final class Echoes<S extends StateMachine<?>> {
  private static final int LOOKS = 100;

  private final Simulation<S> simulation;
  private final FaultSeason<S> season;
  private final SimClient<S> reader;
  private final SimClient<S> writer;

  Echoes(Simulation<S> simulation, FaultSeason<S> season, SimSubject<S> subject) {
    this.simulation = simulation;
    this.season = season;
    this.reader = new SimClient<>(simulation, subject, season.random().split());
    this.writer = new SimClient<>(simulation, subject, season.random().split());
    reader.stop();
    writer.stop();
  }

  void begin() {
    SimNode<S> node = season.anyNode();
    if (node.isRunning() && !node.isLeader() && !reader.isAsking()) {
      reader.read(node, false);
      season.later(season.random().nextLong(simulation.swarm().electionNanos), () -> crash(node));
    }
  }

  private void crash(SimNode<S> node) {
    if (node.isRunning()) {
      season.note(node.id() + " crashes, and answers to its reads will come late");
      node.crash("");
      simulation.nodes().stream()
          .filter(other -> other.isLeader() && !writer.isAsking())
          .findFirst()
          .ifPresent(writer::write);
      season.later(
          season.random().nextLong(2 * simulation.swarm().electionNanos),
          () -> {
            node.restart();
            look(node, LOOKS);
          });
    }
  }

  /** Waits until the node knows whom to ask. */
  private void look(SimNode<S> node, int looks) {
    if (node.isRunning() && node.status().leader().isPresent() && !reader.isAsking()) {
      reader.read(node, false);
      season.later(1, () -> simulation.network().echoReadAnswers(node.id()));
    } else if (looks > 0) {
      season.later(simulation.swarm().electionNanos / LOOKS, () -> look(node, looks - 1));
    }
  }
}
