package io.balsa.raft.session;

import java.util.PriorityQueue;

/** A clock that a test moves, and may set wrong. One thread. */
final class ManualTimer implements SessionTimer {
  private record Alarm(long at, long order, Runnable task) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
    }
  }

  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private long now;
  private long order;

  /** What the clock shows beside the time that has really passed. */
  long error;

  @Override
  public long nanoTime() {
    return now + error;
  }

  @Override
  public void after(long nanos, Runnable task) {
    alarms.add(new Alarm(now + nanos, order++, task));
  }

  void pass(long nanos) {
    long until = now + nanos;
    while (!alarms.isEmpty() && alarms.peek().at() <= until) {
      Alarm alarm = alarms.remove();
      now = alarm.at();
      alarm.task().run();
    }
    now = until;
  }
}
