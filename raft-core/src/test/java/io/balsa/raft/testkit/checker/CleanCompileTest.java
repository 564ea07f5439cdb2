package io.balsa.raft.testkit.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search is fast only for as long as no call is looked up at run time, and no number is boxed in its loops. */
final class CleanCompileTest {
  private static final List<String> SOURCES =
      List.of(
          "configs",
          "machine",
          "register",
          "multi_register",
          "etcd_state",
          "etcd_ops",
          "etcd_evidence",
          "etcd_kv",
          "search");

  @Test
  void nothingIsLookedUpAtRunTime(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    StringBuilder loads = new StringBuilder("(do ");
    for (String source : SOURCES) {
      Path file = Path.of("src/test/clojure/balsa/checker", source + ".clj").toAbsolutePath();
      loads.append("(load-file \"").append(file).append("\") ");
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "clojure.main",
                "-e",
                loads + ":loaded)")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(output, StandardCharsets.UTF_8).strip()).isEqualTo(":loaded");
  }
}
