package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Carries messages with delay; loses, repeats and reorders them while faults are on; can be cut in each direction. */
final class SimNetwork {
  /** Where messages arrive. */
  interface Receiver {
    void onMessage(NodeId from, NodeId to, Message message);
  }

  record Link(NodeId from, NodeId to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      int byFrom = from.compareTo(other.from);
      return byFrom != 0 ? byFrom : to.compareTo(other.to);
    }
  }

  private final World world;
  private final Receiver receiver;
  private final SplittableRandom random;
  private final Set<Link> cut = new TreeSet<>();

  /** When the newest message of each link arrives, for links that keep the order. */
  private final Map<Link, Long> lastArrival = new TreeMap<>();

  private boolean calm = true;

  SimNetwork(World world, Receiver receiver, SplittableRandom random) {
    this.world = world;
    this.receiver = receiver;
    this.random = random;
  }

  /** Whether only cuts lose messages. */
  void setCalm(boolean calm) {
    this.calm = calm;
  }

  boolean isCalm() {
    return calm;
  }

  void cut(NodeId from, NodeId to) {
    cut.add(new Link(from, to));
  }

  void heal(Predicate<Link> links) {
    cut.removeIf(links);
  }

  boolean isCut(NodeId from, NodeId to) {
    return cut.contains(new Link(from, to));
  }

  void send(NodeId from, NodeId to, Message message) {
    if (isCut(from, to)) {
      return;
    }
    if (!calm && random.nextDouble() < world.swarm().drop) {
      world.reached(Reached.DROP);
      return;
    }
    deliverAfter(delay(), from, to, message);
    if (!calm && random.nextDouble() < world.swarm().duplicate) {
      world.reached(Reached.DUPLICATE);
      deliverAfter(delay(), from, to, message);
    }
  }

  /** A quarter to one and a quarter of the usual delay, or a long one. */
  long delay() {
    long usual = world.swarm().delayNanos;
    if (!calm && random.nextDouble() < world.swarm().longDelay) {
      world.reached(Reached.LONG_DELAY);
      return random.nextLong(world.swarm().longDelayNanos);
    }
    return usual / 4 + random.nextLong(usual);
  }

  private void deliverAfter(long delayNanos, NodeId from, NodeId to, Message message) {
    long delay = delayNanos;
    if (!world.swarm().reorders) {
      Link link = new Link(from, to);
      long now = world.queue().now();
      long arrival = Math.max(now + delay, lastArrival.getOrDefault(link, 0L) + 1);
      lastArrival.put(link, arrival);
      delay = arrival - now;
    }
    world
        .queue()
        .after(
            delay,
            () -> {
              // A cut also takes half of what was under way.
              if (!isCut(from, to) || random.nextBoolean()) {
                receiver.onMessage(from, to, message);
              }
            });
  }
}
