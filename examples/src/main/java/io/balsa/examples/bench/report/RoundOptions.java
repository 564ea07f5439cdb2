package io.balsa.examples.bench.report;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How often and how long each case is measured. */
public final class RoundOptions {
  @Option(names = "--rounds", paramLabel = "N", description = "Rounds per case (3; quick 1).")
  private @Nullable Integer count;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long a round is measured (5; quick 1).")
  private @Nullable Double measured;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "How long each system works before its first round (20; quick 2).")
  private @Nullable Double warmUp;

  public int count(boolean quick) {
    return count != null ? count : quick ? 1 : 3;
  }

  public Duration measured(boolean quick) {
    return seconds(measured, quick ? 1 : 5);
  }

  public Duration warmUp(boolean quick) {
    return seconds(warmUp, quick ? 2 : 20);
  }

  private static Duration seconds(@Nullable Double given, double otherwise) {
    return Duration.ofNanos(Math.round(1e9 * (given != null ? given : otherwise)));
  }
}
