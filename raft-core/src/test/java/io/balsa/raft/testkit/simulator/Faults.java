package io.balsa.raft.testkit.simulator;

import io.balsa.raft.spi.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Breaks things now and then, of the kinds that the run has switched on, and mends each after a while. */
final class Faults<S extends StateMachine<?>> {
  private final Simulation<S> simulation;
  private final FaultSeason<S> season;
  private final List<Runnable> kinds = new ArrayList<>();

  Faults(Simulation<S> simulation, SimSubject<S> subject, SplittableRandom random) {
    this.simulation = simulation;
    this.season = new FaultSeason<>(simulation, random);
    ProcessFaults<S> process = new ProcessFaults<>(simulation, season);
    NetworkFaults<S> network = new NetworkFaults<>(simulation, season);
    DiskFaults<S> disk = new DiskFaults<>(simulation, season, process::restartLater);
    Rivals<S> rivals = new Rivals<>(simulation, season, subject);
    LeadershipFaults<S> leadership = new LeadershipFaults<>(simulation, season);
    addProcess(process);
    addNetwork(network);
    if (simulation.swarm().churn) {
      addIfOn(FaultKind.LOST_DISKS, new Amnesia<>(simulation, season, network)::begin);
    }
    addIfOn(FaultKind.REPLAYS, new Echoes<>(simulation, season, subject)::begin);
    addIfOn(FaultKind.CLOCK_JUMPS, () -> process.leaveLeaderBehind(network, rivals));
    addIfOn(FaultKind.DISK_STALLS, disk::stall);
    addIfOn(FaultKind.SLOW_DISKS, disk::slowDown);
    addIfOn(FaultKind.DISK_ERRORS, disk::fail);
    if (simulation.swarm().leases()) {
      kinds.addAll(new LeaseFaults<>(simulation, season, network, rivals).kinds());
    }
    addIfOn(FaultKind.TRANSFERS, leadership::transfer);
    addIfOn(FaultKind.TRANSFER_STORMS, leadership::storm);
    if (simulation.swarm().quiesceAfterNanos > 0) {
      kinds.add(this::quieten);
      kinds.add(this::quieten);
    }
  }

  private void addProcess(ProcessFaults<S> process) {
    addIfOn(
        FaultKind.CRASHES,
        process::crashOne,
        process::crashWriter,
        process::crashWriter,
        process::crashAll);
    addIfOn(FaultKind.CRASH_POINTS, process::setTraps, process::setTraps);
    addIfOn(FaultKind.CRASH_LOOPS, process::crashInLoop);
    addIfOn(FaultKind.PAUSES, process::pauseOne);
    addIfOn(FaultKind.STROBES, process::strobe);
    addIfOn(FaultKind.STALLED_PARTS, process::stallPart);
    addIfOn(FaultKind.BROKEN_STATE_MACHINES, process::breakStateMachine);
    addIfOn(FaultKind.GRACEFUL_STOPS, process::stopGracefully);
    addIfOn(FaultKind.CLOCK_JUMPS, process::jumpClock);
    addIfOn(FaultKind.ELECTION_STORMS, process::stormElections);
  }

  private void addNetwork(NetworkFaults<S> network) {
    addIfOn(
        FaultKind.PARTITIONS,
        network::split,
        network::isolate,
        network::cutOneWay,
        network::bridge);
    addIfOn(FaultKind.PARTIAL_GRAPHS, network::tear, network::tear);
    addIfOn(FaultKind.LOSS_BURSTS, network::loseMuch);
    addIfOn(FaultKind.SLOW_LINKS, network::slowDown);
    addIfOn(FaultKind.REPLAYS, network::replay);
    addIfOn(FaultKind.HALF_OPEN_LINKS, network::halfOpen);
    addIfOn(FaultKind.FLAPPING_LINKS, network::flap);
    addIfOn(FaultKind.CUT_SNAPSHOTS, network::cutSnapshot);
    addIfOn(FaultKind.HINTS, network::hintWrongly);
  }

  /** No fault, but where a group may rest, others hurt differently after a silence. */
  private void quieten() {
    simulation.trace().note("*", "it gets quiet");
    Swarm swarm = simulation.swarm();
    simulation.quieten(
        swarm.quiesceAfterNanos + season.random().nextLong(10 * swarm.electionNanos));
  }

  private void addIfOn(FaultKind kind, Runnable... faults) {
    if (simulation.swarm().has(kind)) {
      kinds.addAll(List.of(faults));
    }
  }

  void begin() {
    if (!kinds.isEmpty()) {
      scheduleNext();
    }
  }

  void end() {
    season.end();
  }

  private void scheduleNext() {
    season.later(
        1 + season.random().nextLong(2 * simulation.swarm().faultEveryNanos),
        () -> {
          scheduleNext();
          kinds.get(season.random().nextInt(kinds.size())).run();
        });
  }
}
