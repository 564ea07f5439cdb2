package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.measure.Latency;
import io.balsa.examples.bench.measure.Usage;
import io.balsa.examples.bench.report.Row;
import java.util.Optional;

/** What a stretch of time costs the members, and the generator. Made at its beginning. One thread. */
final class Meter {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MIB = 1 << 20;

  private final Subject subject;
  private final Optional<Usage> before;
  private final long ownBefore;
  private final long start;

  Meter(Subject subject) {
    this.subject = subject;
    this.before = subject.usage();
    this.ownBefore = Usage.ownCpuMicros();
    this.start = System.nanoTime();
  }

  /** The stretch ends here. */
  Reading read() {
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    return new Reading(seconds, Usage.ownCpuMicros() - ownBefore, before, subject.usage());
  }

  /** What was read off at the end; told per operation once these are counted. Immutable. */
  record Reading(double seconds, long ownCpuMicros, Optional<Usage> before, Optional<Usage> after) {

    /** The row of that many operations. */
    Row row(long operations, Latency latency) {
      Row row =
          new Row()
              .with("perSecond", operations / seconds)
              .with("p50Millis", latency.millis(50))
              .with("p99Millis", latency.millis(99))
              .with("p999Millis", latency.millis(99.9))
              .with("generatorMicros", (double) ownCpuMicros / operations);
      if (before.isPresent() && after.isPresent()) {
        Usage from = before.get();
        Usage to = after.get();
        row.with("serverMicros", (double) (to.cpuMicros() - from.cpuMicros()) / operations);
        row.with("writtenBytes", (double) (to.writtenBytes() - from.writtenBytes()) / operations);
        row.with("residentMebibytes", to.residentBytes() / MIB);
      }
      return row;
    }
  }
}
