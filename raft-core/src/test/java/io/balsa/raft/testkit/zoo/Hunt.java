package io.balsa.raft.testkit.zoo;

import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Looks for one bug, seed after seed, until one finds it. */
final class Hunt {
  private final SeedRunner runner;
  private final long first;
  private final long seedsMax;
  private final AtomicLong next = new AtomicLong();
  private final ConcurrentSkipListMap<Long, SeedRunner.Finding> found =
      new ConcurrentSkipListMap<>();

  Hunt(Specimen bug, long first, long seedsMax) {
    this.runner = bug.runner().get();
    this.first = first;
    this.seedsMax = seedsMax;
  }

  /** The finding of the lowest seed, however many threads look. */
  Optional<SeedRunner.Finding> run(int jobs) {
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
      runner.run(first + offset).ifPresent(finding -> found.put(finding.seed(), finding));
      offset = next.getAndIncrement();
    }
  }
}
