package io.balsa.examples.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.bench.failover.WriteLoad.Put;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an outage is made of. */
class OutageTest {
  private static final int VICTIM = 0;
  private static final int OTHER = 1;
  private static final long FAULT = 1_000;
  private static final long END = 2_000;

  @Test
  void silenceIsTheLongestTimeWithoutAnAcknowledgement() {
    Outage outage =
        outage(
            new Put(OTHER, 900, 990, true),
            new Put(OTHER, 990, 1_100, true),
            new Put(OTHER, 1_100, 1_700, true),
            new Put(OTHER, 1_700, 1_800, true));

    assertThat(outage.silenceNanos()).isEqualTo(600);
  }

  @Test
  void silenceThatDoesNotEndCountsUntilTheEnd() {
    assertThat(outage(new Put(OTHER, 990, 1_100, true)).silenceNanos()).isEqualTo(900);
    assertThat(outage().silenceNanos()).isEqualTo(END - FAULT);
  }

  @Test
  void onlyFailuresThatNoClientExpectsCount() {
    assertThat(outage(new Put(VICTIM, 1_001, 1_002, false)).failed()).isZero();
    assertThat(outage(new Put(VICTIM, 999, 1_002, false)).failed()).isEqualTo(1);
    assertThat(outage(new Put(OTHER, 1_001, 1_002, false)).failed()).isEqualTo(1);
    assertThat(outage(new Put(OTHER, 900, 999, false)).failed()).isZero();
  }

  private static Outage outage(Put... puts) {
    return Outage.of(List.of(puts), VICTIM, FAULT, END);
  }
}
