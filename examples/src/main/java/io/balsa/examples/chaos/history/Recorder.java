package io.balsa.examples.chaos.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records operations in the order in which they begin and end, by one clock; and counts, per phase of the run, how they end
 * and how long none succeeds. Thread-safe.
 */
public final class Recorder {
  private final long startNanos = System.nanoTime();

  // All guarded by this.
  private final List<Operation> operations = new ArrayList<>();
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private String phase = "";
  private long order;
  private long phaseSince = startNanos;
  private long lastOkNanos = startNanos;
  private long gapSince = startNanos;

  /**
   * How the operations of a phase ended. Those that end in a later phase than they began in count in the later one.
   *
   * @param nanos how long the phase lasted, all times together
   * @param gapNanos the longest time without a success that ended in it, or was cut off by its end
   */
  public record Tally(long ok, long fail, long info, long nanos, long gapNanos, int times) {
    private static final Tally NOTHING = new Tally(0, 0, 0, 0, 0, 0);

    Tally plus(Completion.Type type) {
      return switch (type) {
        case OK -> new Tally(ok + 1, fail, info, nanos, gapNanos, times);
        case FAIL -> new Tally(ok, fail + 1, info, nanos, gapNanos, times);
        case INFO -> new Tally(ok, fail, info + 1, nanos, gapNanos, times);
      };
    }

    Tally withGap(long gap) {
      return new Tally(ok, fail, info, nanos, Math.max(gapNanos, gap), times);
    }

    Tally lasting(long more) {
      return new Tally(ok, fail, info, nanos + more, gapNanos, times + 1);
    }

    /** Successes in a second. */
    public double okRate() {
      return nanos == 0 ? 0 : (double) ok * TimeUnit.SECONDS.toNanos(1) / nanos;
    }
  }

  /** A new phase begins, or an earlier one goes on. */
  public synchronized void phase(String name) {
    long now = System.nanoTime();
    if (!phase.isEmpty()) {
      noteGap(now);
      tallies.put(phase, tally().lasting(now - phaseSince));
    }
    phase = name;
    phaseSince = now;
    gapSince = now;
    tallies.putIfAbsent(name, Tally.NOTHING);
  }

  public synchronized String phase() {
    return phase;
  }

  /** An operation begins: call it before anything of it is sent. */
  public synchronized Operation begin(
      int process, String f, @Nullable Object value, Object request) {
    Operation operation =
        new Operation(process, f, value, request, order++, System.nanoTime() - startNanos);
    operations.add(operation);
    return operation;
  }

  /** It ended: call it as soon as that is known. */
  public synchronized void end(
      Operation operation,
      Completion.Type type,
      @Nullable Object value,
      @Nullable Object answer,
      String error) {
    long now = System.nanoTime();
    operation.complete(new Completion(type, value, answer, order++, now - startNanos, error));
    tallies.put(phase, tally().plus(type));
    if (type == Completion.Type.OK) {
      noteGap(now);
      lastOkNanos = now;
    }
  }

  /** Nanoseconds since the recorder was made. */
  public long nanos() {
    return System.nanoTime() - startNanos;
  }

  /** When an operation last succeeded, on {@link #nanos}. */
  public synchronized long lastOkNanos() {
    return lastOkNanos - startNanos;
  }

  /** In the order in which they began. */
  public synchronized List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** By phase, in the order in which the phases first began. */
  public synchronized Map<String, Tally> tallies() {
    return new LinkedHashMap<>(tallies);
  }

  private void noteGap(long now) {
    tallies.put(phase, tally().withGap(now - Math.max(lastOkNanos, gapSince)));
  }

  private Tally tally() {
    return tallies.getOrDefault(phase, Tally.NOTHING);
  }
}
