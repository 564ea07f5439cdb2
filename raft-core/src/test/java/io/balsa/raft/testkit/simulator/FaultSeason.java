package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The time of faults in a run, and what all kinds of them need: whom to hit, and until when. What is put off until after its
 * end doesn't happen: everything has been mended then.
 */
final class FaultSeason<S extends StateMachine<?>> {
  private static final long MILLI = Swarm.MILLI;

  private final Simulation<S> simulation;
  private final SplittableRandom random;
  private boolean over;

  FaultSeason(Simulation<S> simulation, SplittableRandom random) {
    this.simulation = simulation;
    this.random = random;
  }

  void end() {
    over = true;
    simulation.crashPoints().disarm();
  }

  void later(long delayNanos, Runnable action) {
    simulation
        .queue()
        .after(
            delayNanos,
            () -> {
              if (!over) {
                action.run();
              }
            });
  }

  /** A time between the two, in milliseconds. */
  long between(long leastMillis, long mostMillis) {
    return random.nextLong(leastMillis * MILLI, mostMillis * MILLI);
  }

  /** Again and again, with equal pauses. */
  void repeat(int times, long everyNanos, Runnable action) {
    if (times > 0) {
      action.run();
      later(everyNanos, () -> repeat(times - 1, everyNanos, action));
    }
  }

  void begins(Reached what, String note) {
    simulation.reached(what);
    note(note);
  }

  void note(String what) {
    simulation.trace().note("*", what);
  }

  SplittableRandom random() {
    return random;
  }

  List<SimNode<S>> nodes() {
    return simulation.nodes();
  }

  SimNode<S> anyNode() {
    return nodes().get(random.nextInt(nodes().size()));
  }

  /** Leaders and writers are where faults hurt: they are looked for half of the time. */
  SimNode<S> interestingNode() {
    boolean choosy = random.nextBoolean();
    return nodes().stream()
        .filter(node -> choosy && node.isRunning() && (node.isLeader() || node.disk().isWriting()))
        .findFirst()
        .orElseGet(this::anyNode);
  }

  List<NodeId> allBut(List<NodeId> some) {
    return nodes().stream().map(SimNode::id).filter(id -> !some.contains(id)).toList();
  }
}
