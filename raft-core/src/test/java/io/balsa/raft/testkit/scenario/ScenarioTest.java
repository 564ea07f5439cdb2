package io.balsa.raft.testkit.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs every scenario; {@code -Dscenario.rewrite=true} writes what they print into the files, for review. */
final class ScenarioTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/scenarios");

  @TestFactory
  Stream<DynamicTest> scenarios() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> run(file)));
    }
  }

  private static void run(Path file) throws IOException {
    String expected = Files.readString(file);
    ScenarioRunner runner = new ScenarioRunner();
    String actual = GoldenFile.parse(expected).regenerate(runner::run);
    if (Boolean.getBoolean("scenario.rewrite")) {
      Files.writeString(file, actual);
    } else {
      assertThat(actual).as(file.toString()).isEqualTo(expected);
    }
  }
}
