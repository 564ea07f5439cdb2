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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Runs many seeds from the command line; exits with 1 if any failed. */
public final class SimulateMain {
  private static final String USAGE =
      """
      usage: simulate [--seeds N] [--first S] [--jobs J] [--seconds V]   N seeds from S on, V virtual seconds of faults each
             simulate --seed S                                           one seed
             simulate --bug NAME …                                       with a planted bug: succeeds if it is found
             simulate --list-bugs
      """;

  private static final int FAILURES_SHOWN = 3;
  private static final long SEEDS_REACHING_ALL = 1_000;
  private static final long PROGRESS_NANOS = 5_000_000_000L;

  private final SimOptions<RegisterMap> options;
  private final long first;
  private final long seeds;
  private final int jobs;

  private final AtomicLong next = new AtomicLong();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong virtualNanos = new AtomicLong();
  private final AtomicLong firstFailure = new AtomicLong(-1);
  private final AtomicLongArray reached = new AtomicLongArray(Reached.values().length);
  private final long startedAt = System.nanoTime();
  private final AtomicLong reportAt = new AtomicLong(startedAt + PROGRESS_NANOS);

  private SimulateMain(SimOptions<RegisterMap> options, long first, long seeds, int jobs) {
    this.options = options;
    this.first = first;
    this.seeds = seeds;
    this.jobs = jobs;
  }

  public static void main(String[] args) throws InterruptedException, ExecutionException {
    List<String> list = Arrays.asList(args);
    if (list.contains("--help")) {
      System.out.print(USAGE);
    } else if (list.contains("--list-bugs")) {
      for (PlantedBug bug : PlantedBug.values()) {
        System.out.println(bug + "  " + bug.explanation());
      }
    } else {
      System.exit(parse(list).run());
    }
  }

  private static SimulateMain parse(List<String> args) {
    Optional<String> seed = value(args, "--seed");
    Optional<PlantedBug> bug = value(args, "--bug").map(PlantedBug::valueOf);
    SimOptions<RegisterMap> options =
        SimOptions.DEFAULT.withFaults(
            Duration.ofSeconds(value(args, "--seconds").map(Long::parseLong).orElse(30L)));
    long first =
        seed.or(() -> value(args, "--first"))
            .map(Long::parseLong)
            .orElseGet(() -> System.currentTimeMillis() % 1_000_000_000L * 1_000);
    long seeds = seed.isPresent() ? 1 : value(args, "--seeds").map(Long::parseLong).orElse(1_000L);
    int jobs = value(args, "--jobs").map(Integer::parseInt).orElse(1);
    return new SimulateMain(bug.map(options::withBug).orElse(options), first, seeds, jobs);
  }

  private static Optional<String> value(List<String> args, String name) {
    int at = args.indexOf(name);
    return at >= 0 && at + 1 < args.size() ? Optional.of(args.get(at + 1)) : Optional.empty();
  }

  private int run() throws InterruptedException, ExecutionException {
    System.out.printf(Locale.ROOT, "%d seeds from %d, %d jobs%n", seeds, first, jobs);
    ExecutorService executor = Executors.newFixedThreadPool(jobs);
    List<Future<?>> workers = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      workers.add(executor.submit(this::work));
    }
    for (Future<?> worker : workers) {
      worker.get();
    }
    executor.shutdown();
    printCounters();
    printProgress();
    if (options.bug().isPresent()) {
      return reportBug(options.bug().get());
    }
    return failed.get() == 0 && reachedAll() ? 0 : 1;
  }

  /** A counter at zero after many seeds: something is no longer tried, and passing says less than it seems to. */
  private boolean reachedAll() {
    boolean all = true;
    for (Reached what : Reached.values()) {
      if (seeds >= SEEDS_REACHING_ALL && reached.get(what.ordinal()) == 0) {
        System.out.println(what + " was never reached");
        all = false;
      }
    }
    return all;
  }

  private int reportBug(PlantedBug bug) {
    boolean found = failed.get() > 0;
    System.out.println(
        found ? bug + " was found, first by seed " + firstFailure.get() : bug + " was not found");
    return found ? 0 : 1;
  }

  private void work() {
    while (true) {
      long offset = next.getAndIncrement();
      boolean bugFound = options.bug().isPresent() && failed.get() > 0;
      if (offset >= seeds || bugFound) {
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
      if (seeds == 1) {
        System.out.println(report);
      }
    } catch (SimulationFailure failure) {
      firstFailure.compareAndSet(-1, seed);
      if (failed.incrementAndGet() <= FAILURES_SHOWN) {
        System.out.println(failure.getMessage());
        failure.printStackTrace(System.out);
      } else {
        System.out.println("seed " + seed + " fails: " + failure.property());
      }
    }
  }

  private void printCounters() {
    for (Reached what : Reached.values()) {
      System.out.printf(Locale.ROOT, "%-28s %d%n", what, reached.get(what.ordinal()));
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
