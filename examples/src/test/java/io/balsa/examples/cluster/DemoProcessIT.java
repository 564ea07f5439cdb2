package io.balsa.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.Finished;
import io.balsa.examples.process.Installation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The README's first command. */
class DemoProcessIT {

  @Test
  void theDemoShowsEverythingAndExitsWithZero() throws Exception {
    String script = Installation.rootDir().resolve("examples/bin/cluster").toString();

    Finished demo =
        Finished.run(
            List.of(script, "demo"), "", Map.of("BALSA_BUILD", "never"), Duration.ofMinutes(3));

    assertThat(demo.exitCode()).as("%s", demo).isZero();
    assertThat(demo.err()).isEmpty();
    assertThat(demo.out())
        .contains(
            "DELETE session/alice", "kill -9", "write again after", "all members hold the same")
        .doesNotContain("\u001b");
  }
}
