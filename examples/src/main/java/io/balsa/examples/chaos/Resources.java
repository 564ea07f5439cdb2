package io.balsa.examples.chaos;

import io.balsa.examples.chaos.cluster.ChaosCluster;
import io.balsa.examples.chaos.judge.Findings;
import io.balsa.examples.chaos.judge.Verdict;
import io.balsa.examples.process.MemberSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks every two seconds at what each member's process takes: memory, threads, file handles. Linux only; elsewhere it sees
 * nothing and says so. A thread of its own, until closed.
 */
final class Resources implements AutoCloseable {
  /** Of a heap of 192 MiB: what the JVM, RocksDB and Netty take beside it is no more than this. */
  private static final long RSS_KB_MAX = 900 * 1024;

  private static final long THREADS_MAX = 250;
  private static final long HANDLES_MAX = 1_500;
  private static final long PERIOD_SECONDS = 2;

  private final ChaosCluster cluster;
  private final Map<String, Peak> peaks = new TreeMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** The most of each that was seen. */
  record Peak(long rssKb, long threads, long handles) {
    Peak max(Peak other) {
      return new Peak(
          Math.max(rssKb, other.rssKb),
          Math.max(threads, other.threads),
          Math.max(handles, other.handles));
    }
  }

  Resources(ChaosCluster cluster) {
    this.cluster = cluster;
    Thread thread = new Thread(this::run, "resources");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed.countDown();
  }

  synchronized Map<String, Peak> peaks() {
    return new TreeMap<>(peaks);
  }

  Verdict judge() {
    Map<String, Peak> seen = peaks();
    if (seen.isEmpty()) {
      return Verdict.skipped("resources", "this system has no /proc");
    }
    Findings findings = new Findings("resources");
    seen.forEach(
        (member, peak) -> {
          findings.checked();
          if (peak.rssKb() > RSS_KB_MAX
              || peak.threads() > THREADS_MAX
              || peak.handles() > HANDLES_MAX) {
            findings.violated(member + " took " + peak);
          }
        });
    return Verdict.of(findings);
  }

  private void run() {
    try {
      while (!closed.await(PERIOD_SECONDS, TimeUnit.SECONDS)) {
        for (MemberSpec member : cluster.present()) {
          if (cluster.isRunning(member)) {
            look(cluster.process(member).pid()).ifPresent(peak -> note(member.name(), peak));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void note(String member, Peak peak) {
    peaks.merge(member, peak, Peak::max);
  }

  private static Optional<Peak> look(long pid) {
    Path proc = Path.of("/proc", Long.toString(pid));
    try {
      String status = Files.readString(proc.resolve("status"));
      String[] handles = proc.resolve("fd").toFile().list();
      return Optional.of(
          new Peak(
              number(status, "VmRSS:"),
              number(status, "Threads:"),
              handles == null ? 0 : handles.length));
    } catch (IOException e) {
      return Optional.empty(); // Gone in this moment, or not Linux.
    }
  }

  private static long number(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }
}
