package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.testkit.simulator.SimNetwork.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;

/** Sets of links, as partitions cut them. Nodes are told apart by their place in a list. */
final class Links {
  private Links() {}

  /** Both directions of every pair with one node on each side. */
  static List<Link> between(List<NodeId> left, List<NodeId> right) {
    List<Link> links = new ArrayList<>();
    for (NodeId one : left) {
      for (NodeId other : right) {
        links.add(new Link(one, other));
        links.add(new Link(other, one));
      }
    }
    return links;
  }

  /** Both directions of every pair that is not connected in the graph. */
  private static List<Link> missingIn(List<NodeId> nodes, BiPredicate<Integer, Integer> graph) {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = i + 1; j < nodes.size(); j++) {
        if (!graph.test(i, j)) {
          links.addAll(between(List.of(nodes.get(i)), List.of(nodes.get(j))));
        }
      }
    }
    return links;
  }

  /** Each pair is connected or not, by chance. */
  static List<Link> outsideRandom(List<NodeId> nodes, SplittableRandom random) {
    return missingIn(nodes, (i, j) -> random.nextBoolean());
  }

  /** Each node reaches the next one only. */
  static List<Link> outsideChain(List<NodeId> nodes) {
    return missingIn(nodes, (i, j) -> j == i + 1);
  }

  /** The first node reaches all, the others only that one. */
  static List<Link> outsideStar(List<NodeId> nodes) {
    return missingIn(nodes, (i, j) -> i == 0);
  }

  /** Each node reaches its neighbours on both sides, enough of them for a majority; no two nodes see the same one. */
  static List<Link> outsideRing(List<NodeId> nodes) {
    int size = nodes.size();
    int reach = (size / 2 + 1) / 2;
    return missingIn(nodes, (i, j) -> Math.min(j - i, size - (j - i)) <= reach);
  }

  /** The first node reaches fewer than half of the others, who all reach each other. */
  static List<Link> outsideMinorityOfFirst(List<NodeId> nodes) {
    int friends = (nodes.size() - 1) / 2;
    return missingIn(nodes, (i, j) -> i > 0 || j < friends);
  }
}
