package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Nodes that die, stop, stand still, or whose clock jumps. */
final class ProcessFaults<S extends StateMachine<?>> {
  private static final long MILLI = Swarm.MILLI;
  private static final long WRITER_LOOK_NANOS = MILLI / 4;
  private static final int WRITER_LOOKS_MAX = 400;
  private static final int TRAPS_AT_ONCE = 3;
  private static final int DISK_LOST_ONE_IN = 8;

  private final Simulation<S> simulation;
  private final FaultSeason<S> season;
  private final DiskLoss<S> diskLoss;

  /** Who is to die again while it recovers, and how often. */
  private final Map<NodeId, Integer> loops = new TreeMap<>();

  ProcessFaults(Simulation<S> simulation, FaultSeason<S> season) {
    this.simulation = simulation;
    this.season = season;
    this.diskLoss = new DiskLoss<>(simulation);
  }

  // Crashes.

  void crashOne() {
    crash(season.interestingNode());
  }

  void crashAll() {
    season.nodes().forEach(this::crash);
  }

  /** Lies in wait until somebody writes. */
  void crashWriter() {
    crashWriter(WRITER_LOOKS_MAX);
  }

  private void crashWriter(int looks) {
    int start = season.random().nextInt(season.nodes().size());
    for (int i = 0; i < season.nodes().size(); i++) {
      SimNode<S> node = season.nodes().get((start + i) % season.nodes().size());
      if (node.isRunning() && node.disk().isWriting()) {
        crash(node);
        return;
      }
    }
    if (looks > 0) {
      season.later(WRITER_LOOK_NANOS, () -> crashWriter(looks - 1));
    }
  }

  private void crash(SimNode<S> node) {
    if (node.isRunning()) {
      node.crash("");
      boolean unlucky = season.random().nextInt(DISK_LOST_ONE_IN) == 0;
      if (unlucky && simulation.swarm().has(FaultKind.LOST_DISKS)) {
        diskLoss.lose(node);
      }
      restartLater(node.id());
    }
  }

  void restartLater(NodeId id) {
    season.later(season.between(10, 5_000), () -> simulation.get(id).restart());
  }

  void setTraps() {
    List<CrashPoint> points = CrashPoint.of(CrashPoint.Cause.KILLED);
    for (int i = 0; i < TRAPS_AT_ONCE; i++) {
      CrashPoint point = points.get(season.random().nextInt(points.size()));
      simulation.crashPoints().arm(point, Optional.empty(), this::restartLater);
    }
  }

  /** Dies, and then again and again before it is up. */
  void crashInLoop() {
    SimNode<S> node = season.anyNode();
    if (node.isRunning()) {
      season.begins(Reached.CRASH_LOOP, node.id() + " begins to crash in a loop");
      loops.put(node.id(), 2 + season.random().nextInt(3));
      node.crash("");
      dieAgain(node.id());
    }
  }

  private void dieAgain(NodeId id) {
    int left = loops.merge(id, -1, Integer::sum);
    if (left >= 0) {
      List<CrashPoint> points = CrashPoint.of(CrashPoint.Cause.RECOVERY);
      CrashPoint point = points.get(season.random().nextInt(points.size()));
      simulation.crashPoints().arm(point, Optional.of(id), this::dieAgain);
    }
    season.later(season.between(1, 500), () -> simulation.get(id).restart());
  }

  void breakStateMachine() {
    simulation
        .crashPoints()
        .arm(CrashPoint.STATE_MACHINE_THROWS, Optional.empty(), this::restartLater);
  }

  // Stopping and standing still.

  /** Hands its leadership over, if it has one; stops a moment later with everything on its platter. */
  void stopGracefully() {
    SimNode<S> node = season.interestingNode();
    if (node.isRunning()) {
      season.note(node.id() + " is told to stop");
      node.feed(new Input.TransferLeadership(season.anyNode().id()));
      season.later(simulation.swarm().electionNanos / 2, () -> finishStop(node));
    }
  }

  private void finishStop(SimNode<S> node) {
    if (node.isRunning() && !node.isPaused()) {
      season.begins(Reached.GRACEFUL_STOP, node.id() + " stops");
      node.stop();
      restartLater(node.id());
    }
  }

  void pauseOne() {
    SimNode<S> node = season.interestingNode();
    if (node.isRunning() && !node.isPaused()) {
      season.begins(Reached.PAUSE, node.id() + " is paused");
      node.pause();
      season.later(season.between(20, 4_000), node::resume);
    }
  }

  /** Many short pauses in a row. */
  void strobe() {
    SimNode<S> node = season.interestingNode();
    season.begins(Reached.STROBE, node.id() + " begins to stutter");
    season.repeat(
        5 + season.random().nextInt(20),
        70 * MILLI,
        () -> {
          if (node.isRunning() && !node.isPaused()) {
            node.pause();
            season.later(season.between(10, 50), node::resume);
          }
        });
  }

  /** One of its threads hangs, the others go on. */
  void stallPart() {
    SimNode<S> node = season.interestingNode();
    if (!node.isRunning()) {
      return;
    }
    long nanos = season.between(50, 2_000);
    switch (season.random().nextInt(3)) {
      case 0 -> {
        season.begins(Reached.APPLIER_STALL, "the applier of " + node.id() + " stalls");
        node.applier().stall(nanos);
      }
      case 1 -> {
        season.begins(Reached.SENDER_STALL, "the sender of " + node.id() + " stalls");
        node.sender().stall(nanos);
      }
      default -> {
        season.begins(Reached.READER_STALL, "the snapshot reader of " + node.id() + " stalls");
        node.snapshotReader().begin(nanos);
      }
    }
  }

  // Clocks.

  /** As after a suspend that the clock counts: seconds have passed in which nothing happened. */
  void jumpClock() {
    SimNode<S> node = season.interestingNode();
    season.begins(Reached.CLOCK_JUMP, "the clock of " + node.id() + " jumps");
    node.jumpClock(season.between(100, 10_000));
  }

  /** The leader is cut off, and the others lose patience at once: for a while two lead, and one of them doesn't know it. */
  void leaveLeaderBehind(NetworkFaults<S> network, Rivals<S> rivals) {
    Optional<SimNode<S>> leader = season.nodes().stream().filter(SimNode::isLeader).findFirst();
    if (leader.isPresent()) {
      season.begins(Reached.LEADER_LEFT_BEHIND, leader.get().id() + " is left behind");
      network.isolate(leader.get().id());
      rivals.watch();
      season.nodes().stream()
          .filter(node -> node != leader.get())
          .forEach(node -> node.jumpClock(2 * simulation.swarm().electionNanos));
    }
  }

  /** Everybody's patience ends at the same moment, several times. */
  void stormElections() {
    season.begins(Reached.ELECTION_STORM, "all candidates at once");
    season.repeat(
        3 + season.random().nextInt(5),
        simulation.swarm().electionNanos,
        () -> season.nodes().forEach(node -> node.jumpClock(2 * simulation.swarm().electionNanos)));
  }
}
