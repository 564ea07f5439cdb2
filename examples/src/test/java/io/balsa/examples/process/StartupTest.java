package io.balsa.examples.process;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How waiting for a member ends that never serves. */
class StartupTest {
  private final Process sleeper = new ProcessBuilder("sleep", "600").start();
  private final ProcessRef ref = ProcessRef.of(sleeper);

  @TempDir Path temporary;

  StartupTest() throws IOException {}

  @AfterEach
  void end() throws InterruptedException {
    sleeper.destroyForcibly().waitFor();
  }

  @Test
  void theCallersDeadlineCounts() {
    Duration deadline = Duration.ofMillis(1);

    assertThatThrownBy(() -> Startup.awaitHealthy(member(), ref, deadline))
        .isInstanceOf(ExampleException.class)
        .hasMessageContaining("n1 wasn't healthy within PT0.001S");
  }

  @Test
  void aProcessThatExitedIsNotWaitedFor() throws InterruptedException {
    sleeper.destroyForcibly().waitFor();

    assertThatThrownBy(() -> Startup.awaitHealthy(member(), ref, Duration.ofMinutes(10)))
        .isInstanceOf(ExampleException.class)
        .hasMessageContaining("n1 exited");
  }

  private MemberSpec member() {
    var ports = FreePorts.take(2);
    return new MemberSpec("n1", ports.get(0), ports.get(1), temporary);
  }
}
