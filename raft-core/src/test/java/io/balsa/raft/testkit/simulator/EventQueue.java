package io.balsa.raft.testkit.simulator;

import java.util.PriorityQueue;

/** What is going to happen, by virtual time; what was scheduled first happens first. One thread. */
final class EventQueue {
  private record Event(long atNanos, long sequence, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long sequence;
  private long nowNanos;

  long now() {
    return nowNanos;
  }

  /** How many events there were so far. */
  long scheduled() {
    return sequence;
  }

  void after(long delayNanos, Runnable action) {
    events.add(new Event(nowNanos + delayNanos, sequence++, action));
  }

  /** Lets everything up to the time happen. */
  void runUntil(long untilNanos) {
    while (!events.isEmpty() && events.peek().atNanos() <= untilNanos) {
      step();
    }
    nowNanos = untilNanos;
  }

  private void step() {
    Event event = events.remove();
    nowNanos = event.atNanos();
    try {
      event.action().run();
    } catch (CrashPoints.SimulatedCrash e) {
      // Whoever did it is dead now, and what it was doing ends here.
    }
  }
}
