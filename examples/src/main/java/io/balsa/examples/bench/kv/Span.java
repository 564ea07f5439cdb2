package io.balsa.examples.bench.kv;

import io.balsa.examples.process.ExampleException;
import java.time.Duration;

/** How long a round runs: first unmeasured, until clients and queues are as they will be, then measured. Immutable. */
record Span(Duration rampUp, Duration measured) {
  /** Sits through a part of it, while others work. */
  static void pass(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }
}
