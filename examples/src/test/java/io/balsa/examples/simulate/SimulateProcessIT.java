package io.balsa.examples.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.Finished;
import io.balsa.examples.process.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The script, from another directory, on what the build made. */
class SimulateProcessIT {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @Test
  void seedsPass() throws IOException, InterruptedException {
    Finished run = simulate("--seeds", "5", "--jobs", "2");
    assertThat(run.exitCode()).as("%s", run).isZero();
    assertThat(run.out()).endsWith("\n5 passed, 0 failed\n");
  }

  /** Needs the sources and a compiler. */
  @Test
  void aBugOfTheCoreIsFound() throws IOException, InterruptedException {
    Finished run = simulate("--bug", "CORE_COMMIT_ONE_SHORT_OF_MAJORITY");
    assertThat(run.exitCode()).as("%s", run).isZero();
    assertThat(run.out()).contains("CORE_COMMIT_ONE_SHORT_OF_MAJORITY was found as ");
  }

  @Test
  void wrongUsageExitsWithTwo() throws IOException, InterruptedException {
    Finished run = simulate("--seeds", "many");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).hasLineCount(1);
  }

  private static Finished simulate(String... args) throws IOException, InterruptedException {
    Path script = Installation.rootDir().resolve("examples/bin/simulate");
    List<String> command = Stream.concat(Stream.of(script.toString()), Stream.of(args)).toList();
    return Finished.run(command, "", Map.of("BALSA_BUILD", "never"), DEADLINE);
  }
}
