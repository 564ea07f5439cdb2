package io.balsa.examples.bench.measure;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How long calls took, to three digits. One thread at a time. */
public final class Latency {
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final double NANOS_PER_MILLI = 1e6;

  private final Histogram histogram = new Histogram(MOST_NANOS, 3);

  public void record(long nanos) {
    histogram.recordValue(Math.min(Math.max(nanos, 1), MOST_NANOS));
  }

  public long count() {
    return histogram.getTotalCount();
  }

  public void clear() {
    histogram.reset();
  }

  /** What so many percent of the calls stayed within, in milliseconds; NaN of no calls. */
  public double millis(double percent) {
    return count() == 0 ? Double.NaN : histogram.getValueAtPercentile(percent) / NANOS_PER_MILLI;
  }
}
