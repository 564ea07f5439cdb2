package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Breaks things now and then, of the kinds that the run has switched on, and mends each after a while. */
final class Faults<S extends StateMachine<?>> {
  private static final long MILLI = Swarm.MILLI;
  private static final long WRITER_LOOK_NANOS = MILLI / 4;
  private static final int WRITER_LOOKS_MAX = 400;
  private static final int DISK_LOST_ONE_IN = 8;

  private final Simulation<S> simulation;
  private final SimNetwork network;
  private final SplittableRandom random;
  private final List<Runnable> kinds = new ArrayList<>();
  private final DiskLoss<S> diskLoss;

  /** Grows when faults end: what was to be mended later has been mended then. */
  private int season;

  Faults(Simulation<S> simulation, SimNetwork network, SplittableRandom random) {
    this.simulation = simulation;
    this.network = network;
    this.random = random;
    this.diskLoss = new DiskLoss<>(simulation);
    Swarm swarm = simulation.swarm();
    addIf(swarm.crashes, this::crashOne, this::crashWriter, this::crashWriter, this::crashAll);
    addIf(swarm.pauses, this::pauseOne);
    addIf(swarm.partitions, this::split, this::isolate, this::cutOneWay, this::bridge);
    addIf(swarm.stalls, this::stallDisk);
    addIf(swarm.transfers, this::transfer);
    addIf(swarm.hints, this::hintWrongly);
    if (swarm.leases()) {
      kinds.addAll(new LeaseFaults<>(simulation, random.split(), this::isolate).kinds());
    }
    addIf(swarm.quiesceAfterNanos > 0, this::quieten, this::quieten);
  }

  private void addIf(boolean on, Runnable... faults) {
    if (on) {
      kinds.addAll(List.of(faults));
    }
  }

  void begin() {
    if (!kinds.isEmpty()) {
      scheduleNext(season);
    }
  }

  void end() {
    season++;
  }

  private void scheduleNext(int ofSeason) {
    simulation
        .queue()
        .after(
            1 + random.nextLong(2 * simulation.swarm().faultEveryNanos),
            () -> {
              if (ofSeason == season) {
                kinds.get(random.nextInt(kinds.size())).run();
                scheduleNext(ofSeason);
              }
            });
  }

  private void mendAfter(long delayNanos, Runnable mend) {
    int ofSeason = season;
    simulation
        .queue()
        .after(
            delayNanos,
            () -> {
              if (ofSeason == season) {
                mend.run();
              }
            });
  }

  private SimNode<S> anyNode() {
    return simulation.nodes().get(random.nextInt(simulation.nodes().size()));
  }

  /** Leaders and writers are where crashes hurt: they are looked for half of the time. */
  private SimNode<S> interestingNode() {
    boolean choosy = random.nextBoolean();
    return simulation.nodes().stream()
        .filter(node -> choosy && node.isRunning() && (node.isLeader() || node.disk().isWriting()))
        .findFirst()
        .orElseGet(this::anyNode);
  }

  private void crashOne() {
    crash(interestingNode());
  }

  /** Lies in wait until somebody writes. */
  private void crashWriter() {
    crashWriter(WRITER_LOOKS_MAX, season);
  }

  private void crashWriter(int looks, int ofSeason) {
    int start = random.nextInt(simulation.nodes().size());
    for (int i = 0; i < simulation.nodes().size(); i++) {
      SimNode<S> node = simulation.nodes().get((start + i) % simulation.nodes().size());
      if (node.isRunning() && node.disk().isWriting()) {
        crash(node);
        return;
      }
    }
    if (looks > 0) {
      simulation
          .queue()
          .after(
              WRITER_LOOK_NANOS,
              () -> {
                if (ofSeason == season) {
                  crashWriter(looks - 1, ofSeason);
                }
              });
    }
  }

  private void crashAll() {
    simulation.nodes().forEach(this::crash);
  }

  private void crash(SimNode<S> node) {
    if (node.isRunning()) {
      node.crash();
      if (simulation.swarm().losesDisks && random.nextInt(DISK_LOST_ONE_IN) == 0) {
        diskLoss.lose(node);
      }
      mendAfter(10 * MILLI + random.nextLong(5_000 * MILLI), node::restart);
    }
  }

  private void pauseOne() {
    SimNode<S> node = interestingNode();
    if (node.isRunning() && !node.isPaused()) {
      note(node.id() + " is paused");
      simulation.reached(Reached.PAUSE);
      node.pause();
      mendAfter(20 * MILLI + random.nextLong(4_000 * MILLI), node::resume);
    }
  }

  private void stallDisk() {
    SimNode<S> node = interestingNode();
    note("the disk of " + node.id() + " stalls");
    simulation.reached(Reached.DISK_STALL);
    node.disk().stall(50 * MILLI + random.nextLong(3_000 * MILLI));
  }

  private void transfer() {
    NodeId target = anyNode().id();
    simulation.nodes().stream()
        .filter(SimNode::isLeader)
        .forEach(
            leader -> {
              simulation.reached(Reached.TRANSFER);
              leader.feed(new Input.TransferLeadership(target));
            });
  }

  private void hintWrongly() {
    simulation.reached(Reached.FALSE_HINT);
    anyNode().feed(new Input.PeerUnreachable(anyNode().id()));
  }

  /** No fault, but where a group may rest, others hurt differently after a silence. */
  private void quieten() {
    note("it gets quiet");
    Swarm swarm = simulation.swarm();
    simulation.quieten(swarm.quiesceAfterNanos + random.nextLong(10 * swarm.electionNanos));
  }

  // Partitions.

  private void split() {
    List<NodeId> left = new ArrayList<>();
    List<NodeId> right = new ArrayList<>();
    for (SimNode<S> node : simulation.nodes()) {
      (random.nextBoolean() ? left : right).add(node.id());
    }
    simulation.reached(Reached.SPLIT);
    cutFor("split " + left + " from " + right, links -> between(left, right, links));
  }

  private void isolate() {
    isolate(interestingNode().id());
  }

  private void isolate(NodeId node) {
    List<NodeId> one = List.of(node);
    simulation.reached(Reached.ISOLATED);
    cutFor("isolate " + one, links -> between(one, allBut(one), links));
  }

  private void cutOneWay() {
    List<NodeId> one = List.of(interestingNode().id());
    boolean mute = random.nextBoolean();
    simulation.reached(Reached.ONE_WAY_CUT);
    cutFor(
        one + (mute ? " is mute" : " is deaf"),
        links ->
            allBut(one)
                .forEach(
                    other ->
                        links.accept(
                            mute
                                ? new SimNetwork.Link(one.get(0), other)
                                : new SimNetwork.Link(other, one.get(0)))));
  }

  /** Two halves that only one node can reach both of. */
  private void bridge() {
    List<NodeId> bridge = List.of(anyNode().id());
    List<NodeId> left = new ArrayList<>();
    List<NodeId> right = new ArrayList<>();
    for (NodeId node : allBut(bridge)) {
      (left.size() <= right.size() ? left : right).add(node);
    }
    simulation.reached(Reached.BRIDGE);
    cutFor(
        bridge + " is the bridge between " + left + " and " + right,
        links -> between(left, right, links));
  }

  private List<NodeId> allBut(List<NodeId> some) {
    return simulation.nodes().stream().map(SimNode::id).filter(id -> !some.contains(id)).toList();
  }

  private static void between(
      List<NodeId> left, List<NodeId> right, Consumer<SimNetwork.Link> links) {
    for (NodeId one : left) {
      for (NodeId other : right) {
        links.accept(new SimNetwork.Link(one, other));
        links.accept(new SimNetwork.Link(other, one));
      }
    }
  }

  private void cutFor(String what, Consumer<Consumer<SimNetwork.Link>> links) {
    note(what);
    List<SimNetwork.Link> cut = new ArrayList<>();
    links.accept(cut::add);
    cut.forEach(link -> network.cut(link.from(), link.to()));
    mendAfter(
        100 * MILLI + random.nextLong(5_000 * MILLI),
        () -> {
          note("mended: " + what);
          network.heal(cut::contains);
        });
  }

  private void note(String what) {
    simulation.trace().note("*", what);
  }
}
