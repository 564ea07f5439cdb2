package io.balsa.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Members that are killed under load lose nothing. */
class CrashRoundsProcessIT {

  @Test
  void noAcknowledgedWriteIsLost() {
    StringWriter told = new StringWriter();

    int status = CrashRounds.execute(new PrintWriter(told), "--rounds=3");

    assertThat(status).as("%s", told).isZero();
    assertThat(told.toString()).contains("3 passed, 0 failed").contains("writes acknowledged");
  }
}
