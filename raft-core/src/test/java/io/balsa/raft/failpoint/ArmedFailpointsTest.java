package io.balsa.raft.failpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What armed failpoints do, and when. */
final class ArmedFailpointsTest {

  @Test
  void failsAtTheChosenTimeOnly() {
    ArmedFailpoints armed = ArmedFailpoints.parse("LOG_AFTER_WRITE=fail@3");
    armed.reached("LOG_AFTER_WRITE");
    armed.reached("LOG_BEFORE_WRITE");
    armed.reached("LOG_AFTER_WRITE");
    assertThatThrownBy(() -> armed.reached("LOG_AFTER_WRITE"))
        .isInstanceOf(FailpointException.class)
        .hasMessageContaining("LOG_AFTER_WRITE");
    assertThatCode(() -> armed.reached("LOG_AFTER_WRITE")).doesNotThrowAnyException();
  }

  @Test
  void failsFromTheChosenTimeOn() {
    ArmedFailpoints armed = ArmedFailpoints.parse("A=delay:0; B=fail@2+");
    armed.reached("A");
    armed.reached("B");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> armed.reached("B")).isInstanceOf(FailpointException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"A", "A=explode", "A=delay", "A=delay:soon", "A=crash@", "A=fail@-1", ";"})
  void refusesWhatItDoesNotUnderstand(String text) {
    assertThatThrownBy(() -> ArmedFailpoints.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NAME=crash|fail|delay:MILLIS");
  }

  @Test
  void crashEndsTheProcessAsKill9Does() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + Failpoints.PROPERTY + "=LOG_BEFORE_WRITE=crash@2",
                "-cp",
                System.getProperty("java.class.path"),
                Reaching.class.getName())
            .redirectErrorStream(true)
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ArmedFailpoints.CRASHED);
    assertThat(
            new String(
                process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("reached once")
        .doesNotContain("reached twice");
  }

  @Test
  void nothingHappensUnlessTheProcessWasStartedForIt() {
    assertThat(Failpoints.areArmed()).isFalse();
    assertThatCode(() -> Failpoints.at(RaftFailpoint.LOG_BEFORE_WRITE)).doesNotThrowAnyException();
  }

  /** A program that comes to a failpoint twice. */
  static final class Reaching {
    private Reaching() {}

    public static void main(String[] args) {
      Failpoints.at(RaftFailpoint.LOG_BEFORE_WRITE);
      System.out.println("reached once");
      Failpoints.at(RaftFailpoint.LOG_BEFORE_WRITE);
      System.out.println("reached twice");
    }
  }
}
