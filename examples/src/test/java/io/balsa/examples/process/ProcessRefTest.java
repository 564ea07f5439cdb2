package io.balsa.examples.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signals reach the process that was meant, and no other. */
class ProcessRefTest {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Process sleeper;
  private final ProcessRef ref;

  ProcessRefTest() throws IOException {
    sleeper = new ProcessBuilder("sleep", "600").start();
    ref = ProcessRef.of(sleeper);
  }

  @AfterEach
  void end() throws InterruptedException {
    sleeper.destroyForcibly().waitFor();
  }

  @Test
  void aProcessIsKilled() {
    assertThat(ref.isAlive()).isTrue();

    ref.kill();

    assertThat(ref.awaitExit(DEADLINE)).isTrue();
  }

  @Test
  void aProcessThatStartedAtAnotherTimeIsntOurs() {
    ProcessRef stale = new ProcessRef(ref.pid(), ref.started().minus(Duration.ofHours(1)));

    stale.kill();
    stale.terminate();
    stale.pause();

    assertThat(stale.isAlive()).isFalse();
    assertThat(ref.isAlive()).isTrue();
    assertThat(ref.isPaused()).isFalse();
  }

  @Test
  void aPausedProcessGoesOnWhenItIsTold() {
    ref.pause();
    assertThat(Await.holds(DEADLINE, ref::isPaused)).isTrue();

    ref.resume();
    assertThat(Await.holds(DEADLINE, () -> !ref.isPaused())).isTrue();
  }
}
