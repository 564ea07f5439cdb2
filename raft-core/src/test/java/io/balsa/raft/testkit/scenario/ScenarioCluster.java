package io.balsa.raft.testkit.scenario;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.testkit.invariant.ClusterView;
import io.balsa.raft.testkit.invariant.Invariants;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The nodes of a scenario, what is under way between them, and what was printed. */
final class ScenarioCluster implements ClusterView {
  private static final int DELIVERIES_MAX = 10_000;

  private final SortedMap<NodeId, ScenarioNode> nodes = new TreeMap<>();
  private final Invariants invariants = new Invariants(this);

  /** In the order in which they were sent. */
  private final List<Envelope> underWay = new ArrayList<>();

  /** {@code n1>n2}: what n1 sends to n2 is lost. */
  private final Set<String> cutLinks = new TreeSet<>();

  private final List<String> printed = new ArrayList<>();
  private boolean quiet;

  void add(ScenarioNode node) {
    nodes.put(node.id(), node);
  }

  @Override
  public List<ScenarioNode> nodes() {
    return List.copyOf(nodes.values());
  }

  ScenarioNode get(String id) {
    ScenarioNode node = nodes.get(NodeId.of(id));
    if (node == null) {
      throw new IllegalArgumentException("no node is called " + id);
    }
    return node;
  }

  Invariants invariants() {
    return invariants;
  }

  // What was printed.

  void print(String line) {
    if (!quiet) {
      printed.add(line);
    }
  }

  /** Runs something without printing what it does. */
  void quietly(Runnable steps) {
    boolean before = quiet;
    quiet = true;
    steps.run();
    quiet = before;
  }

  List<String> takePrinted() {
    List<String> lines = List.copyOf(printed);
    printed.clear();
    return lines;
  }

  // The network.

  void send(ScenarioNode from, NodeId to, Message message) {
    invariants.onSent(from, to, message);
    if (!cutLinks.contains(link(from.id(), to))) {
      underWay.add(new Envelope(from.id(), to, message));
    }
  }

  void cut(NodeId from, NodeId to) {
    cutLinks.add(link(from, to));
  }

  void heal(Predicate<String> links) {
    cutLinks.removeIf(links);
  }

  private static String link(NodeId from, NodeId to) {
    return from + ">" + to;
  }

  List<Envelope> underWay() {
    return List.copyOf(underWay);
  }

  /** Takes what matches off the wire, in the order in which it was sent; all of it, or only the first. */
  List<Envelope> take(Predicate<Envelope> filter, boolean firstOnly) {
    List<Envelope> taken =
        underWay.stream().filter(filter).limit(firstOnly ? 1 : Long.MAX_VALUE).toList();
    taken.forEach(underWay::remove); // equal envelopes are interchangeable
    return taken;
  }

  /** The messages are under way once more. */
  void sendAgain(Collection<Envelope> envelopes) {
    underWay.addAll(envelopes);
  }

  void deliver(Envelope envelope) {
    get(envelope.to().value()).receive(envelope);
  }

  /** Delivers to these nodes, first sent first, until nothing is under way to them. */
  void settle(Set<NodeId> receivers) {
    for (int deliveries = 0; deliveries < DELIVERIES_MAX; deliveries++) {
      int next = indexOfNext(receivers);
      if (next < 0) {
        return;
      }
      deliver(underWay.remove(next));
    }
    throw new IllegalStateException("the cluster doesn't settle: " + underWay);
  }

  private int indexOfNext(Set<NodeId> receivers) {
    for (int i = 0; i < underWay.size(); i++) {
      if (receivers.contains(underWay.get(i).to())) {
        return i;
      }
    }
    return -1;
  }
}
