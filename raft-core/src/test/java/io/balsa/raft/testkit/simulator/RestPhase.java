package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The end of a run whose group may rest: nothing is broken and nobody asks for anything, so it must come to rest. Then one
 * thing happens, which must wake whom it concerns and disturb nobody else, and it rests again.
 */
final class RestPhase<S extends StateMachine<?>> {
  /** How many election timeouts a healthy cluster may take, beside its idle time. */
  private static final int ELECTIONS = 10;

  private final Simulation<S> simulation;
  private final SimSubject<S> subject;
  private final SplittableRandom random;
  private final long lateNanos;

  /**
   * @param lateNanos how long messages from the time of the faults may still hold up others
   */
  RestPhase(
      Simulation<S> simulation, SimSubject<S> subject, SplittableRandom random, long lateNanos) {
    this.simulation = simulation;
    this.subject = subject;
    this.random = random;
    this.lateNanos = lateNanos;
  }

  void run() {
    // What was sent while faults were on may come late, and would wake who rests.
    simulation.queue().runUntil(Math.max(simulation.queue().now(), simulation.network().emptyAt()));
    awaitRest();
    long term = highestTerm();
    SimNode<S> leader =
        simulation.nodes().stream().filter(SimNode::isLeader).findFirst().orElseThrow();
    SimNode<S> any = simulation.nodes().get(random.nextInt(simulation.nodes().size()));
    boolean elects = false;
    switch (random.nextInt(3)) {
      case 0 -> write(any);
      case 1 -> {
        // Of two, whoever goes leaves no quorum.
        elects = any == leader || simulation.nodes().size() == 2;
        restart(any);
      }
      default -> {
        elects = simulation.nodes().size() > 2;
        if (elects) {
          lose(leader);
        }
      }
    }
    awaitRest();
    if (!elects && highestTerm() != term) {
      throw new PropertyViolation("Quiescence", "a leader was deposed when its group woke up");
    }
  }

  private void write(SimNode<S> node) {
    long before = simulation.count(Reached.WRITE_COMMITTED);
    SimClient<S> client = new SimClient<>(simulation, subject, random.split());
    client.stop();
    client.write(node);
    await(
        () -> simulation.count(Reached.WRITE_COMMITTED) > before,
        "a group at rest doesn't acknowledge a write");
  }

  private void restart(SimNode<S> node) {
    node.crash("to wake the others");
    pass(random.nextLong(3 * electionNanos()));
    node.restart();
  }

  /** Nobody asks for anything: that the leader is gone can be learned from its host's silence only. */
  private void lose(SimNode<S> leader) {
    leader.crash("to wake the others");
    await(
        () -> simulation.nodes().stream().anyMatch(SimNode::isLeader),
        "a group at rest doesn't notice that its leader is gone");
    leader.restart();
  }

  private void awaitRest() {
    await(
        () -> simulation.nodes().stream().allMatch(node -> node.status().rests()),
        "an idle cluster doesn't rest");
  }

  private void await(BooleanSupplier condition, String otherwise) {
    long deadline =
        simulation.queue().now()
            + simulation.swarm().quiesceAfterNanos * 5 / 4
            + ELECTIONS * electionNanos() * 5 / 4
            + lateNanos;
    while (!condition.getAsBoolean()) {
      if (simulation.queue().now() > deadline) {
        throw new PropertyViolation("Quiescence", otherwise);
      }
      pass(electionNanos() / 4);
    }
  }

  private void pass(long nanos) {
    simulation.queue().runUntil(simulation.queue().now() + nanos);
  }

  private long electionNanos() {
    return simulation.swarm().electionNanos;
  }

  private long highestTerm() {
    return simulation.nodes().stream().mapToLong(node -> node.status().term()).max().orElse(0);
  }
}
