package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.simulator.SimNetwork.Link;
import java.util.ArrayList;
import java.util.List;

/** Links that are cut, lose, crawl or repeat, and wrong words about who can be reached. */
final class NetworkFaults<S extends StateMachine<?>> {
  private static final long FLAP_NANOS = 50 * Swarm.MILLI;
  private static final int REPLAYS_AT_ONCE = 10;

  private final Simulation<S> simulation;
  private final SimNetwork network;
  private final FaultSeason<S> season;

  NetworkFaults(Simulation<S> simulation, FaultSeason<S> season) {
    this.simulation = simulation;
    this.network = simulation.network();
    this.season = season;
  }

  // Partitions.

  void split() {
    List<NodeId> left = new ArrayList<>();
    List<NodeId> right = new ArrayList<>();
    for (SimNode<S> node : season.nodes()) {
      (season.random().nextBoolean() ? left : right).add(node.id());
    }
    cutFor(Reached.SPLIT, "split " + left + " from " + right, Links.between(left, right));
  }

  void isolate() {
    isolate(season.interestingNode().id());
  }

  void isolate(NodeId node) {
    List<NodeId> one = List.of(node);
    cutFor(Reached.ISOLATED, "isolate " + one, Links.between(one, season.allBut(one)));
  }

  void cutOff(List<NodeId> some) {
    cutFor(Reached.SPLIT, "cut off " + some, Links.between(some, season.allBut(some)));
  }

  void cutOneWay() {
    NodeId one = season.interestingNode().id();
    if (season.random().nextBoolean()) {
      mute(one);
    } else {
      cutFor(Reached.ONE_WAY_CUT, one + " is deaf", linksTo(one));
    }
  }

  void mute(NodeId one) {
    List<Link> links = linksTo(one).stream().map(link -> new Link(link.to(), link.from())).toList();
    cutFor(Reached.ONE_WAY_CUT, one + " is mute", links);
  }

  private List<Link> linksTo(NodeId one) {
    return season.allBut(List.of(one)).stream().map(other -> new Link(other, one)).toList();
  }

  /** Two halves that only one node can reach both of. */
  void bridge() {
    List<NodeId> bridge = List.of(season.anyNode().id());
    List<NodeId> left = new ArrayList<>();
    List<NodeId> right = new ArrayList<>();
    for (NodeId node : season.allBut(bridge)) {
      (left.size() <= right.size() ? left : right).add(node);
    }
    cutFor(
        Reached.BRIDGE,
        bridge + " is the bridge between " + left + " and " + right,
        Links.between(left, right));
  }

  /** Not into parts: who reaches whom depends on who asks. The first node is the leader, if there is one. */
  void tear() {
    NodeId first =
        season.nodes().stream()
            .filter(SimNode::isLeader)
            .findFirst()
            .orElseGet(season::anyNode)
            .id();
    List<NodeId> nodes = new ArrayList<>(List.of(first));
    for (NodeId other : season.allBut(nodes)) {
      nodes.add(1 + season.random().nextInt(nodes.size()) % nodes.size(), other);
    }
    switch (season.random().nextInt(6)) {
      case 0 -> cutFor(Reached.CHAIN, "a chain of " + nodes, Links.outsideChain(nodes));
      case 1 -> cutFor(Reached.STAR, "a star around " + first, Links.outsideStar(nodes));
      case 2 -> cutFor(Reached.RING, "a ring of " + nodes, Links.outsideRing(nodes));
      case 3 ->
          cutFor(
              Reached.LEADER_WITH_MINORITY,
              first + " reaches a minority of " + nodes,
              Links.outsideMinorityOfFirst(nodes));
      case 4 -> cutOnePair(nodes);
      default ->
          cutFor(
              Reached.RANDOM_GRAPH,
              "a random graph of " + nodes,
              Links.outsideRandom(nodes, season.random()));
    }
  }

  private void cutOnePair(List<NodeId> nodes) {
    NodeId one = nodes.get(0);
    NodeId other = nodes.get(nodes.size() - 1);
    if (!one.equals(other)) {
      cutFor(
          Reached.PAIR_CUT,
          one + " doesn't reach " + other,
          Links.between(List.of(one), List.of(other)));
    }
  }

  private void cutFor(Reached kind, String what, List<Link> links) {
    season.begins(kind, what);
    cutFor(season.between(100, 5_000), what, links);
  }

  private void cutFor(long nanos, String what, List<Link> links) {
    links.forEach(link -> network.cut(link.from(), link.to()));
    season.later(
        nanos,
        () -> {
          season.note("mended: " + what);
          network.heal(links::contains);
        });
  }

  // Single links. What is on its way when they go down may be lost.

  private Link anyLink() {
    NodeId from = season.interestingNode().id();
    List<NodeId> others = season.allBut(List.of(from));
    // A node alone has no link but to itself, which carries nothing.
    NodeId to = others.isEmpty() ? from : others.get(season.random().nextInt(others.size()));
    return new Link(from, to);
  }

  /** What is sent vanishes, and nobody is told: as over a connection whose other end is gone. */
  void halfOpen() {
    Link link = anyLink();
    season.begins(Reached.HALF_OPEN, link.from() + " sends to " + link.to() + " in vain");
    network.halfOpen(link);
    season.later(season.between(200, 4_000), () -> network.reconnect(link));
  }

  /** Down and up again, ten times a second; each time the ends may hear that the connection is gone. */
  void flap() {
    Link link = anyLink();
    List<Link> both = Links.between(List.of(link.from()), List.of(link.to()));
    season.begins(Reached.FLAP, link.from() + " and " + link.to() + " flap");
    season.repeat(
        5 + season.random().nextInt(25),
        2 * FLAP_NANOS,
        () -> {
          cutFor(FLAP_NANOS, "a flap", both);
          if (season.random().nextBoolean()) {
            simulation.reached(Reached.RESET);
            simulation.get(link.from()).feed(new Input.PeerUnreachable(link.to()));
          }
        });
  }

  /** A snapshot is on its way: its link goes down for a moment. */
  void cutSnapshot() {
    simulation.snapshots().underWay().stream()
        .findFirst()
        .ifPresent(
            link -> {
              season.note("cut the snapshot's way from " + link.from() + " to " + link.to());
              cutFor(season.between(50, 1_000), "the snapshot's way", List.of(link));
            });
  }

  void hintWrongly() {
    simulation.reached(Reached.FALSE_HINT);
    season.anyNode().feed(new Input.PeerUnreachable(season.anyNode().id()));
  }

  // Quality.

  void loseMuch() {
    season.begins(Reached.LOSS_BURST, "most messages are lost");
    network.loseUntil(
        simulation.queue().now() + season.between(20, 800), 0.5 + season.random().nextDouble() / 2);
  }

  void slowDown() {
    Link link = anyLink();
    long bytesPerSecond = 1_000L << season.random().nextInt(8);
    season.begins(
        Reached.SLOW_LINK,
        link.from() + " to " + link.to() + " carries " + bytesPerSecond + " bytes/s");
    network.slowDown(link, bytesPerSecond);
    season.later(season.between(200, 5_000), () -> network.speedUp(link));
  }

  /** All that is sent to the node arrives later than it would, by so much. */
  void answerLate(NodeId to, long nanos) {
    List<Link> links = linksTo(to);
    season.note("what is sent to " + to + " arrives " + nanos / Swarm.MILLI + " ms late");
    links.forEach(link -> network.detour(link, nanos));
    season.later(nanos + season.between(200, 4_000), () -> links.forEach(network::endDetour));
  }

  /** Messages of any time of the run arrive once more. */
  void replay() {
    season.note("old messages arrive again");
    for (int i = 0; i < 1 + season.random().nextInt(REPLAYS_AT_ONCE); i++) {
      network.replayAny();
    }
  }
}
