package io.balsa.examples.counter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The example runs as it is run by hand. */
class CounterExampleTest {

  @Test
  void threeNodesCountAndLoseNothingWithTheirLeader() {
    ByteArrayOutputStream told = new ByteArrayOutputStream();

    new CounterTour(new PrintStream(told, true, StandardCharsets.UTF_8)).run();

    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("everyone reads 15", "is stopped", "everyone reads 25", "everyone reads 125");
  }

  @Test
  void anUnknownNodeIsRefused() {
    assertThat(CounterExample.execute("n4")).isEqualTo(1);
  }
}
