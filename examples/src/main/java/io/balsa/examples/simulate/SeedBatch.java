package io.balsa.examples.simulate;

import io.balsa.examples.process.ExampleException;
import io.balsa.raft.testkit.simulator.CrashPoint;
import io.balsa.raft.testkit.simulator.Reached;
import io.balsa.raft.testkit.simulator.SeedRunner.Finding;
import io.balsa.raft.testkit.simulator.Shrink;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimReport;
import io.balsa.raft.testkit.simulator.SimulationFailure;
import io.balsa.raft.testkit.simulator.Simulator;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Many seeds, on a few threads. One use. */
final class SeedBatch {
  private static final long SEEDS_REACHING_ALL = 1_000;
  private static final long PROGRESS_NANOS = 5_000_000_000L;

  private final SimOptions<?> options;
  private final Replay replay;
  private final PrintWriter out;

  private final AtomicBoolean finished = new AtomicBoolean();
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong virtualNanos = new AtomicLong();
  private final AtomicLongArray reached = new AtomicLongArray(Reached.values().length);
  private final AtomicLongArray deaths = new AtomicLongArray(CrashPoint.values().length);
  private final long startedAt = System.nanoTime();
  private final AtomicLong progressAt = new AtomicLong(startedAt + PROGRESS_NANOS);

  SeedBatch(SimOptions<?> options, Replay replay, PrintWriter out) {
    this.options = options;
    this.replay = replay;
    this.out = out;
  }

  /** Returns the exit code. */
  int run(long first, long seeds, int jobs) {
    out.printf("%d seeds from %d, %d at once%n", seeds, first, jobs);
    Thread interrupted = new Thread(this::printInterrupted, "simulate-interrupted");
    Runtime.getRuntime().addShutdownHook(interrupted);
    ExecutorService executor = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < jobs; i++) {
        workers.add(executor.submit(() -> work(first, seeds)));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new ExampleException("a worker failed: " + e.getCause(), e);
    } finally {
      executor.shutdownNow();
      finished.set(true);
      Runtime.getRuntime().removeShutdownHook(interrupted);
    }
    boolean all = seeds < SEEDS_REACHING_ALL || reachedAll();
    printSummary();
    return failed.get() == 0 && all ? 0 : 1;
  }

  private void work(long first, long seeds) {
    long offset = taken.getAndIncrement();
    while (offset < seeds) {
      runSeed(first + offset);
      printProgress(seeds);
      offset = taken.getAndIncrement();
    }
  }

  private void runSeed(long seed) {
    try {
      SimReport report = Simulator.run(seed, options);
      passed.incrementAndGet();
      events.addAndGet(report.events());
      virtualNanos.addAndGet(report.virtualNanos());
      report.reached().forEach((what, times) -> reached.addAndGet(what.ordinal(), times));
      report.deaths().forEach((point, times) -> deaths.addAndGet(point.ordinal(), times));
    } catch (SimulationFailure failure) {
      onFailure(failure.finding());
    }
  }

  /** The first failure is told in full, in the smallest run that shows it; the others in a line each. */
  private void onFailure(Finding found) {
    if (failed.incrementAndGet() > 1) {
      out.println(
          found.property() + " is broken by seed " + found.seed() + ": " + replay.command(found));
      return;
    }
    Finding smallest = Shrink.smallest(new SimulatorSeeds(options), found);
    String text =
        String.join(
            System.lineSeparator(),
            smallest.story(),
            found.property() + " is broken by seed " + found.seed() + ": " + replay.command(found),
            "Smallest: " + replay.command(smallest));
    out.println(text);
  }

  /** A counter at zero after many seeds: something is no longer tried, and passing says less than it seems to. */
  private boolean reachedAll() {
    boolean all = true;
    for (Reached what : Reached.values()) {
      if (options.reachable().contains(what) && reached.get(what.ordinal()) == 0) {
        out.println(what + " was never reached");
        all = false;
      }
    }
    for (CrashPoint point : CrashPoint.values()) {
      if (deaths.get(point.ordinal()) == 0) {
        out.println("nobody ever died at " + point);
        all = false;
      }
    }
    return all;
  }

  /** Ctrl-C: what there is so far. */
  private void printInterrupted() {
    if (!finished.get()) {
      out.println("interrupted");
      printSummary();
    }
  }

  private void printProgress(long seeds) {
    long due = progressAt.get();
    long now = System.nanoTime();
    if (now > due && progressAt.compareAndSet(due, now + PROGRESS_NANOS)) {
      long done = passed.get() + failed.get();
      out.printf(
          "%d of %d seeds, %d failed, %.1f seeds/s%n", done, seeds, failed.get(), done / elapsed());
    }
  }

  private double elapsed() {
    return (System.nanoTime() - startedAt) / 1e9;
  }

  private void printSummary() {
    for (Reached what : Reached.values()) {
      out.printf("%-28s %d%n", what, reached.get(what.ordinal()));
    }
    for (CrashPoint point : CrashPoint.values()) {
      out.printf("died at %-28s %d%n", point, deaths.get(point.ordinal()));
    }
    double seconds = elapsed();
    out.printf(
        "%.1f s: %.1f seeds/s, %.0f events/s, %.1f virtual hours%n",
        seconds,
        (passed.get() + failed.get()) / seconds,
        events.get() / seconds,
        virtualNanos.get() / 3.6e12);
    out.printf("%d passed, %d failed%n", passed.get(), failed.get());
  }
}
