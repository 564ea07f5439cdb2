package io.balsa.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of chaos, as far as nothing is started. */
final class ChaosMainTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nodes=0       | --nodes is 1 or more, not 0",
        "--clients=0     | --clients is 1 or more, not 0",
        "--rate=-1       | --rate is 1 or more, not -1",
        "--faults=typhus | there is no fault 'typhus'",
        "--workload=none | --workload"
      })
  void aBadCommandLineIsRefusedBeforeAnythingIsMade(String option, String why) {
    StringWriter out = new StringWriter();
    Path run = dir.resolve("run");
    int code = ChaosMain.execute(new PrintWriter(out, true), option, "--out", run.toString());
    assertThat(code).as(out.toString()).isEqualTo(2);
    assertThat(out.toString()).contains(why);
    assertThat(run).doesNotExist();
  }

  @Test
  void theSameAgainIsTheWholePlan() {
    ChaosPlan plan =
        new ChaosPlan(
            Duration.ofSeconds(30),
            5,
            4711,
            List.of("kill", "pause"),
            List.of(),
            WorkloadKind.LEASE,
            true,
            "reply-before-fsync",
            3,
            40,
            dir);
    assertThat(plan.replay())
        .isEqualTo(
            "examples/bin/chaos --minutes 0.50 --nodes 5 --seed 4711 --workload lease"
                + " --faults kill,pause --clients 3 --rate 40 --failpoints --bug reply-before-fsync");
  }
}
