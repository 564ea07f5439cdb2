package io.balsa.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Two short runs: one that must pass, and one that must not. More: docs/testing.md. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "links need all of 127/8, which only Linux gives")
final class ChaosProcessIT {
  @TempDir private Path dir;

  private int run(StringWriter out, String... options) {
    String[] args = new String[options.length + 2];
    System.arraycopy(options, 0, args, 0, options.length);
    args[options.length] = "--out";
    args[options.length + 1] = dir.resolve("run").toString();
    return ChaosMain.execute(new PrintWriter(out, true), args);
  }

  @Test
  void aClusterKeepsItsPromisesWhileItIsBroken() {
    StringWriter out = new StringWriter();
    int code =
        run(out, "--minutes", "0.4", "--workload", "txn", "--faults", "kill,pause,partition,reset");
    assertThat(code).as(out.toString()).isZero();
    assertThat(out.toString()).contains("kv ", "watch ", "final-state ", "liveness ", "PASSED");
    assertThat(dir.resolve("run/history.edn")).isNotEmptyFile();
    assertThat(dir.resolve("run/history.jsonl")).isNotEmptyFile();
  }

  @Test
  void anAnswerBeforeFsyncIsFound() {
    StringWriter out = new StringWriter();
    int code = run(out, "--minutes", "0.2", "--faults", "kill-all", "--bug", "reply-before-fsync");
    assertThat(code).as(out.toString()).isEqualTo(1);
    assertThat(out.toString()).contains("VIOLATED");
  }
}
