package io.balsa.examples.bench.raft.trial;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/**
 * Counts every {@code FileChannel.force} of this JVM, by the JVM's own account (JFR's {@code jdk.FileForce}): whoever says that it
 * flushes is seen doing so, or not. Thread-safe.
 */
final class ForceEvents implements AutoCloseable {
  /** The JVM hands events over once a second. What happened before a hand-over began is in it, or in the next. */
  private static final int HAND_OVERS = 2;

  private final RecordingStream events = new RecordingStream();
  private final List<Instant> seen = new ArrayList<>();
  private final Semaphore handedOver = new Semaphore(0);

  ForceEvents() {
    events.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
    events.onEvent("jdk.FileForce", this::add);
    events.onFlush(handedOver::release);
    events.startAsync();
  }

  private synchronized void add(RecordedEvent event) {
    seen.add(event.getStartTime());
  }

  /** How many began in that time. Waits until all of them are known; forgets what was before. */
  long between(Instant from, Instant to) throws InterruptedException {
    handedOver.drainPermits();
    handedOver.acquire(HAND_OVERS);
    synchronized (this) {
      long count = seen.stream().filter(at -> !at.isBefore(from) && at.isBefore(to)).count();
      seen.clear();
      return count;
    }
  }

  @Override
  public void close() {
    events.close();
  }
}
