package io.balsa.raft.testkit.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Runs many seeds from the command line; exits with 1 if any failed. */
public final class SimulateMain {
  private static final String USAGE =
      """
      usage: simulate [--seeds N] [--first S] [--jobs J] [--seconds V] [--workload W]
             simulate --seed S
             simulate --bug NAME [--first S] [--seeds N] [--jobs J] [--seed S]
             simulate --list-bugs

      Runs N (1000) simulated clusters, one for each seed from S on (by the clock), each through V (30) virtual seconds of
      crashes, partitions, lost messages and slow disks, and checks every step. The same seed is the same run, event by
      event, however many run at once (J, one thread each).

      --seed S      one seed, once more
      --workload    what clients do: register, writes and reads of a few registers; session, commands in sessions, too
      --bug NAME    plants a bug and looks for the first of N (2000) seeds, from S (1) on, that finds it; "all" hunts each
      --list-bugs   the bugs

      Exits with 0 if every seed passed, or every bug was found; with 1 if not.
      """;

  private static final int FAILURES_SHOWN = 3;
  private static final long SEEDS_REACHING_ALL = 1_000;
  private static final long PROGRESS_NANOS = 5_000_000_000L;

  private final SimOptions<?> options;
  private final long first;
  private final long seeds;
  private final int jobs;

  private final AtomicBoolean finished = new AtomicBoolean();
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong virtualNanos = new AtomicLong();
  private final AtomicLongArray reached = new AtomicLongArray(Reached.values().length);
  private final AtomicLongArray deaths = new AtomicLongArray(CrashPoint.values().length);
  private final long startedAt = System.nanoTime();
  private final AtomicLong reportAt = new AtomicLong(startedAt + PROGRESS_NANOS);

  private SimulateMain(SimOptions<?> options, long first, long seeds, int jobs) {
    this.options = options;
    this.first = first;
    this.seeds = seeds;
    this.jobs = jobs;
  }

  public static void main(String[] args) throws InterruptedException, ExecutionException {
    List<String> list = Arrays.asList(args);
    if (list.contains("--help") || list.contains("-h")) {
      System.out.print(USAGE);
    } else if (workload(list).isEmpty()) {
      System.err.println("simulate: there is no such workload; see simulate --help");
      System.exit(2);
    } else {
      System.exit(parse(list).run());
    }
  }

  private static SimulateMain parse(List<String> args) {
    Optional<String> seed = value(args, "--seed");
    SimOptions<?> options =
        workload(args)
            .orElseThrow()
            .withFaults(
                Duration.ofSeconds(value(args, "--seconds").map(Long::parseLong).orElse(30L)));
    long first =
        seed.or(() -> value(args, "--first"))
            .map(Long::parseLong)
            .orElseGet(() -> System.currentTimeMillis() % 1_000_000_000L * 1_000);
    long seeds = seed.isPresent() ? 1 : value(args, "--seeds").map(Long::parseLong).orElse(1_000L);
    int jobs = value(args, "--jobs").map(Integer::parseInt).orElse(1);
    return new SimulateMain(options, first, seeds, jobs);
  }

  private static Optional<SimOptions<?>> workload(List<String> args) {
    return Workloads.named(value(args, "--workload").orElse(Workloads.REGISTER));
  }

  private static Optional<String> value(List<String> args, String name) {
    int at = args.indexOf(name);
    return at >= 0 && at + 1 < args.size() ? Optional.of(args.get(at + 1)) : Optional.empty();
  }

  private int run() throws InterruptedException, ExecutionException {
    System.out.printf(Locale.ROOT, "%d seeds from %d, %d jobs%n", seeds, first, jobs);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(this::printInterrupted, "simulate-interrupted"));
    ExecutorService executor = Executors.newFixedThreadPool(jobs);
    List<Future<?>> workers = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      workers.add(executor.submit(this::work));
    }
    for (Future<?> worker : workers) {
      worker.get();
    }
    executor.shutdown();
    finished.set(true);
    printSummary();
    return failed.get() == 0 && reachedAll() ? 0 : 1;
  }

  /** A counter at zero after many seeds: something is no longer tried, and passing says less than it seems to. */
  private boolean reachedAll() {
    boolean all = true;
    for (Reached what : Workloads.reachable(options.subject())) {
      if (seeds >= SEEDS_REACHING_ALL && reached.get(what.ordinal()) == 0) {
        System.out.println(what + " was never reached");
        all = false;
      }
    }
    for (CrashPoint point : CrashPoint.values()) {
      if (seeds >= SEEDS_REACHING_ALL && deaths.get(point.ordinal()) == 0) {
        System.out.println("nobody ever died at " + point);
        all = false;
      }
    }
    return all;
  }

  private void work() {
    while (true) {
      long offset = next.getAndIncrement();
      if (offset >= seeds) {
        return;
      }
      runSeed(first + offset);
      long reportTime = reportAt.get();
      if (System.nanoTime() > reportTime
          && reportAt.compareAndSet(reportTime, System.nanoTime() + PROGRESS_NANOS)) {
        printProgress();
      }
    }
  }

  private void runSeed(long seed) {
    try {
      SimReport report = Simulator.run(seed, options);
      passed.incrementAndGet();
      events.addAndGet(report.events());
      virtualNanos.addAndGet(report.virtualNanos());
      report.reached().forEach((what, count) -> reached.addAndGet(what.ordinal(), count));
      report.deaths().forEach((point, count) -> deaths.addAndGet(point.ordinal(), count));
      if (seeds == 1) {
        System.out.println(report);
      }
    } catch (SimulationFailure failure) {
      if (failed.incrementAndGet() <= FAILURES_SHOWN) {
        System.out.println(failure.getMessage());
      } else {
        System.out.println(failure.property() + ": " + SimulationFailure.AGAIN + "--seed " + seed);
      }
    }
  }

  /** Ctrl-C: what there is so far. */
  private void printInterrupted() {
    if (!finished.get()) {
      System.out.println("interrupted");
      printSummary();
    }
  }

  private void printSummary() {
    printCounters();
    printProgress();
  }

  private void printCounters() {
    for (Reached what : Reached.values()) {
      System.out.printf(Locale.ROOT, "%-28s %d%n", what, reached.get(what.ordinal()));
    }
    for (CrashPoint point : CrashPoint.values()) {
      System.out.printf(Locale.ROOT, "died at %-28s %d%n", point, deaths.get(point.ordinal()));
    }
  }

  private void printProgress() {
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%d passed, %d failed, %.1f seeds/s, %.0f events/s, %.1f virtual hours%n",
        passed.get(),
        failed.get(),
        (passed.get() + failed.get()) / seconds,
        events.get() / seconds,
        virtualNanos.get() / 3.6e12);
  }
}
