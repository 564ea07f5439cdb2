package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SeedRunner;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Looks for one bug, seed after seed, until one finds it. One use. */
public final class Hunt {
  private final SeedRunner runner;
  private final Extent extent;
  private final long first;
  private final long seedsMax;
  private final AtomicLong next = new AtomicLong();
  private final ConcurrentSkipListMap<Long, SeedRunner.Finding> found =
      new ConcurrentSkipListMap<>();

  public Hunt(SeedRunner runner, long first, long seedsMax, Extent extent) {
    this.runner = runner;
    this.extent = extent;
    this.first = first;
    this.seedsMax = seedsMax;
  }

  /** The finding of the lowest seed, however many threads look. */
  public Optional<SeedRunner.Finding> run(int jobs) {
    IntStream.range(0, jobs)
        .mapToObj(job -> new Thread(this::look, "hunt-" + job))
        .peek(Thread::start)
        .toList()
        .forEach(Hunt::join);
    return found.values().stream().findFirst();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void look() {
    long offset = next.getAndIncrement();
    while (offset < seedsMax && found.isEmpty()) {
      runner.run(first + offset, extent).ifPresent(finding -> found.put(finding.seed(), finding));
      offset = next.getAndIncrement();
    }
  }
}
