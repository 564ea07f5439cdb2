package io.balsa.raft.testkit.simulator;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.MessageSize;
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

    /** How often both ends were started, so far. */
    long livesOf(Link link);
  }

  record Link(NodeId from, NodeId to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      int byFrom = from.compareTo(other.from);
      return byFrom != 0 ? byFrom : to.compareTo(other.to);
    }
  }

  /** What a slow link lets wait; more is lost, as a full send buffer loses it. */
  static final long BACKLOG_NANOS_MAX = 1_000 * Swarm.MILLI;

  private final World world;
  private final Receiver receiver;
  private final SplittableRandom random;
  private final Recording recording;
  private final Set<Link> cut = new TreeSet<>();
  private final Set<Link> halfOpen = new TreeSet<>();
  private final Map<Link, Long> bytesPerSecond = new TreeMap<>();

  /** How much longer the messages of some links are on their way. */
  private final Map<Link, Long> detours = new TreeMap<>();

  /** When a slow link has carried what it was given. */
  private final Map<Link, Long> busyUntil = new TreeMap<>();

  /** When the newest message of each link arrives. */
  private final Map<Link, Long> lastArrival = new TreeMap<>();

  private boolean calm = true;
  private long lossUntil;
  private double loss;

  SimNetwork(World world, Receiver receiver, SplittableRandom random) {
    this.world = world;
    this.receiver = receiver;
    this.random = random;
    this.recording = new Recording(random.split());
  }

  // What goes wrong.

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

  /** Cuts are mended. */
  void heal(Predicate<Link> links) {
    cut.removeIf(links);
  }

  /** All that is wrong is mended. */
  void healAll() {
    cut.clear();
    halfOpen.clear();
    bytesPerSecond.clear();
    detours.clear();
    busyUntil.clear();
  }

  boolean isCut(NodeId from, NodeId to) {
    return cut.contains(new Link(from, to));
  }

  /** What is sent vanishes. */
  void halfOpen(Link link) {
    halfOpen.add(link);
  }

  void reconnect(Link link) {
    halfOpen.remove(link);
  }

  void slowDown(Link link, long bytes) {
    bytesPerSecond.put(link, bytes);
  }

  void speedUp(Link link) {
    bytesPerSecond.remove(link);
    busyUntil.remove(link);
  }

  void detour(Link link, long nanos) {
    detours.put(link, nanos);
  }

  void endDetour(Link link) {
    detours.remove(link);
  }

  void loseUntil(long time, double share) {
    lossUntil = time;
    loss = share;
  }

  // Messages.

  void send(NodeId from, NodeId to, Message message) {
    Link link = new Link(from, to);
    if (cut.contains(link)) {
      return;
    }
    if (calm) {
      deliverAfter(delay(), link, message);
      return;
    }
    recording.record(link, message, receiver.livesOf(link));
    if (halfOpen.contains(link)) {
      world.reached(Reached.VANISHED);
    } else if (random.nextDouble() < lossNow()) {
      world.reached(Reached.DROP);
    } else {
      deliverSlowly(link, message);
    }
  }

  private double lossNow() {
    return world.queue().now() < lossUntil ? loss : world.swarm().drop;
  }

  private void deliverSlowly(Link link, Message message) {
    long queued = queue(link, message);
    if (queued > BACKLOG_NANOS_MAX) {
      world.reached(Reached.BACKLOG_LOST);
      return;
    }
    long underWay = queued + detours.getOrDefault(link, 0L);
    deliverAfter(underWay + delay(), link, message);
    if (random.nextDouble() < world.swarm().duplicate) {
      world.reached(Reached.DUPLICATE);
      deliverAfter(underWay + delay(), link, message);
    }
  }

  /** How long until a slow link has carried this message behind the others; 0 on a fast one. */
  private long queue(Link link, Message message) {
    Long rate = bytesPerSecond.get(link);
    if (rate == null) {
      return 0;
    }
    long now = world.queue().now();
    long free = Math.max(now, busyUntil.getOrDefault(link, 0L));
    long done = free + MessageSize.bytes(message) * 1_000 * Swarm.MILLI / rate;
    if (done - now <= BACKLOG_NANOS_MAX) {
      busyUntil.put(link, done);
    }
    return done - now;
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

  private void deliverAfter(long delayNanos, Link link, Message message) {
    long now = world.queue().now();
    long newest = lastArrival.getOrDefault(link, 0L);
    long arrival = now + delayNanos;
    if (arrival <= newest && !world.swarm().reorders) {
      arrival = newest + 1;
    } else if (arrival < newest) {
      world.reached(Reached.REORDERED);
    }
    lastArrival.put(link, Math.max(newest, arrival));
    world.queue().after(arrival - now, () -> arrive(link, message));
  }

  /** When all that has been sent so far will have arrived. */
  long emptyAt() {
    return lastArrival.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private void arrive(Link link, Message message) {
    // A cut also takes half of what was under way.
    if (!cut.contains(link) || random.nextBoolean()) {
      receiver.onMessage(link.from(), link.to(), message);
    }
  }

  /** Nobody runs at the message's end: half of the time, it tries again later, as what waits in a proxy may. */
  void waitForNextLife(Link link, Message message) {
    if (random.nextBoolean()) {
      world.reached(Reached.WAITED_FOR_NEXT_LIFE);
      world
          .queue()
          .after(
              random.nextLong(world.swarm().electionNanos),
              () -> receiver.onMessage(link.from(), link.to(), message));
    }
  }

  /** The newest answers to reads that were sent to the node arrive once more. */
  void echoReadAnswers(NodeId to) {
    for (Recording.Sent old : recording.readAnswersTo(to)) {
      world.reached(Reached.READ_ANSWER_ECHOED);
      arrive(old.link(), old.message());
    }
  }

  /** A message of earlier in the run arrives once more, now. */
  void replayAny() {
    recording
        .any()
        .ifPresent(
            old -> {
              boolean otherLife = old.lives() != receiver.livesOf(old.link());
              world.reached(otherLife ? Reached.REPLAY_FROM_FORMER_LIFE : Reached.REPLAY);
              arrive(old.link(), old.message());
            });
  }
}
