package io.balsa.raft.testkit.simulator;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Does one thing after the other, at any node, and doesn't wait for ever. */
final class SimClient<S extends StateMachine<?>> {
  private static final int TIMEOUT_ELECTIONS = 5;

  private final Simulation<S> simulation;
  private final SimSubject<S> subject;
  private final SplittableRandom random;
  private boolean stopped;
  private boolean asking;

  /** Grows with each operation: an answer that comes after the client gave up finds it elsewhere. */
  private long current;

  SimClient(Simulation<S> simulation, SimSubject<S> subject, SplittableRandom random) {
    this.simulation = simulation;
    this.subject = subject;
    this.random = random;
  }

  void stop() {
    stopped = true;
  }

  void start() {
    think();
  }

  /** Whether an operation is under way. */
  boolean isAsking() {
    return asking;
  }

  private void think() {
    current++;
    asking = false;
    long think = 1 + random.nextLong(simulation.swarm().thinkNanos);
    simulation.queue().after(simulation.quietNanos() + think, this::act);
  }

  private void act() {
    if (stopped) {
      return;
    }
    Optional<SimNode<S>> node = choose();
    if (node.isEmpty()) {
      think();
    } else if (random.nextDouble() < simulation.swarm().readShare) {
      read(node.get(), simulation.swarm().leases() && random.nextBoolean());
    } else {
      write(node.get());
    }
  }

  private Optional<SimNode<S>> choose() {
    // What is asked of a paused node waits for it, as in a socket's buffer.
    boolean patient = random.nextInt(4) == 0;
    List<SimNode<S>> running =
        simulation.nodes().stream()
            .filter(node -> node.isRunning() && (patient || !node.isPaused()))
            .toList();
    boolean atLeader = random.nextBoolean();
    List<SimNode<S>> leaders =
        running.stream().filter(node -> atLeader && node.isLeader()).toList();
    List<SimNode<S>> choice = leaders.isEmpty() ? running : leaders;
    return choice.isEmpty()
        ? Optional.empty()
        : Optional.of(choice.get(random.nextInt(choice.size())));
  }

  private void giveUpLater(Runnable whenGivenUp) {
    asking = true;
    long operation = current;
    simulation
        .queue()
        .after(
            TIMEOUT_ELECTIONS * simulation.swarm().electionNanos,
            () -> {
              if (operation == current) {
                whenGivenUp.run();
                think();
              }
            });
  }

  /** Also used by the liveness phase: proposes, and tells whether it was committed. */
  void write(SimNode<S> node) {
    long number = simulation.nextNumber();
    Bytes command = subject.command(random, number);
    ClientHistory history = simulation.history();
    long floorBefore = history.floor();
    long operation = current;
    history.proposed(number, command);
    simulation.witness().ifPresent(witness -> witness.proposed(number, command));
    giveUpLater(() -> unanswered(number, Reached.WRITE_UNKNOWN));
    node.requests()
        .propose(
            command,
            outcome -> {
              if (operation == current) {
                finishWrite(number, command, floorBefore, outcome);
                think();
              }
            });
  }

  private void finishWrite(long number, Bytes command, long floorBefore, Outcome<Object> outcome) {
    if (outcome instanceof Outcome.Committed<Object> committed) {
      simulation.reached(Reached.WRITE_COMMITTED);
      simulation.witness().ifPresent(witness -> witness.committed(number, committed.result()));
      simulation.history().committed(number, floorBefore, committed);
    } else if (outcome instanceof Outcome.Rejected<Object>) {
      simulation.reached(Reached.WRITE_REJECTED);
      simulation.witness().ifPresent(witness -> witness.rejected(number));
      simulation.history().rejected(number, command);
    } else {
      unanswered(number, Reached.WRITE_UNKNOWN);
    }
  }

  private void unanswered(long number, Reached how) {
    simulation.reached(how);
    simulation.witness().ifPresent(witness -> witness.unanswered(number));
  }

  /**
   * @param byLease whether a lease will do, if the leader has one
   */
  void read(SimNode<S> node, boolean byLease) {
    long number = simulation.nextNumber();
    long floorBefore = simulation.history().floor();
    long operation = current;
    simulation.witness().ifPresent(witness -> witness.asked(number));
    giveUpLater(() -> unanswered(number, Reached.READ_FAILED));
    node.requests()
        .read(
            new Requests.Reader() {
              @Override
              public void onServed(long appliedIndex) {
                if (operation == current) {
                  Object value = subject.observe(node.applier().stateMachine(), number);
                  simulation.reached(Reached.READ_SERVED);
                  simulation.witness().ifPresent(witness -> witness.saw(number, value));
                  simulation.history().read(number, floorBefore, appliedIndex, value);
                  think();
                }
              }

              @Override
              public void onFailed() {
                if (operation == current) {
                  unanswered(number, Reached.READ_FAILED);
                  think();
                }
              }
            },
            byLease);
  }
}
