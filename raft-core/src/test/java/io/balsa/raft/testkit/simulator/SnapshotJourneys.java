package io.balsa.raft.testkit.simulator;

import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.simulator.SimNetwork.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Carries snapshots from node to node, in chunks. It takes time, it can fail at each chunk and at either end, and whatever
 * happens, the sender's core hears of it exactly once.
 */
final class SnapshotJourneys<S extends StateMachine<?>> {
  private static final int CHUNKS_MAX = 5;

  /** One in some takes so many times as long: it may arrive when nobody waits for it any more. */
  private static final int DAWDLES_ONE_IN = 6;

  private static final int DAWDLES = 25;

  private final Simulation<S> simulation;
  private final SplittableRandom random;
  private final List<Journey> journeys = new ArrayList<>();

  SnapshotJourneys(Simulation<S> simulation, SplittableRandom random) {
    this.simulation = simulation;
    this.random = random;
  }

  void begin(SimNode<S> sender, Send.SendSnapshot send) {
    simulation.pass(CrashPoint.SNAPSHOT_READ_FOR_PEER, sender);
    journeys.removeIf(Journey::isOver);
    Journey journey = new Journey(sender, send);
    if (journeys.stream().anyMatch(journey::sharesAnEndWith)) {
      simulation.reached(Reached.SNAPSHOTS_AT_ONCE);
    }
    journeys.add(journey);
    journey.goOn(1 + random.nextInt(CHUNKS_MAX));
    sender.after(
        2 * simulation.swarm().electionNanos,
        () -> journey.report(new Input.SnapshotFailed(send.to())));
  }

  List<Link> underWay() {
    return journeys.stream()
        .filter(journey -> !journey.isOver())
        .map(journey -> journey.link)
        .toList();
  }

  private final class Journey {
    private final SimNode<S> sender;
    private final SimNode<S> receiver;
    private final Link link;
    private final long senderLife;
    private final long term;
    private final SimDisk.StoredSnapshot snapshot;
    private final int slowness = random.nextInt(DAWDLES_ONE_IN) == 0 ? DAWDLES : 1;
    private boolean reported;

    Journey(SimNode<S> sender, Send.SendSnapshot send) {
      this.sender = sender;
      this.receiver = simulation.get(send.to());
      this.link = new Link(sender.id(), send.to());
      this.senderLife = sender.incarnation();
      this.term = send.term();
      this.snapshot = sender.applier().snapshotCovering(send.atLeast());
    }

    boolean isOver() {
      return reported || !sender.isRunning() || sender.incarnation() != senderLife;
    }

    boolean sharesAnEndWith(Journey other) {
      return sender == other.sender || receiver == other.receiver;
    }

    void goOn(int chunksLeft) {
      long reading = sender.snapshotReader().leftNanos();
      long chunkNanos = random.nextLong(simulation.swarm().electionNanos / (2L * CHUNKS_MAX));
      sender.after(
          reading + 2 * simulation.network().delay() + slowness * chunkNanos,
          () -> onChunk(chunksLeft - 1));
    }

    private void onChunk(int chunksLeft) {
      if (!receiver.isRunning()) {
        return; // also what the sender has given up may still arrive
      }
      if (isCut()) {
        simulation.reached(Reached.SNAPSHOT_CUT);
      } else if (chunksLeft > 0) {
        simulation.pass(CrashPoint.SNAPSHOT_HALF_SENT, sender);
        goOn(chunksLeft);
      } else if (isWelcome()) {
        receiver.after(2 * receiver.disk().duration(), this::arrive);
      }
    }

    private boolean isCut() {
      return simulation.network().isCut(link.from(), link.to())
          || simulation.network().isCut(link.to(), link.from());
    }

    /** As the driver does, the receiver stores it only when the sender's term is durable there. */
    private boolean isWelcome() {
      return term == receiver.status().term()
          && term <= receiver.platter().hardState().term()
          && random.nextInt(10) > 0
          && !receiver.applier().awaitsInstall();
    }

    private void arrive() {
      simulation.pass(CrashPoint.SNAPSHOT_ARRIVED, receiver);
      receiver.disk().storeSnapshot(snapshot);
      simulation.pass(CrashPoint.RECEIVED_STORED_NOT_REPORTED, receiver);
      receiver.feed(new Input.SnapshotReceived(sender.id(), snapshot.meta()));
      sender.after(
          simulation.network().delay(),
          () -> report(new Input.SnapshotSent(receiver.id(), snapshot.meta())));
      simulation.pass(CrashPoint.RECEIVED_REPORTED, receiver);
    }

    private void report(Input result) {
      if (!reported && !simulation.has(PlantedBug.SNAPSHOT_RESULT_LOST)) {
        reported = true;
        simulation.reached(
            result instanceof Input.SnapshotSent ? Reached.SNAPSHOT_SENT : Reached.SNAPSHOT_FAILED);
        sender.feed(result);
      }
    }
  }
}
