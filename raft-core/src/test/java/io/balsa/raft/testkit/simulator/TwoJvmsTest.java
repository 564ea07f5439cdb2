package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The same seeds in two JVMs that differ in everything that must not matter: the salt of {@code Set.of} and {@code Map.of}
 * (every JVM has another), identity hashes, language, time zone, charset.
 */
final class TwoJvmsTest {
  private static final int SEEDS = 20;

  @Test
  void theSameSeedIsTheSameRunInEveryJvm() throws IOException, InterruptedException {
    long first = System.currentTimeMillis() % 1_000_000_000L * 1_000;
    Process one =
        start(first, "-Duser.language=en", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8");
    Process other =
        start(
            first,
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:hashCode=0",
            "-Duser.language=tr",
            "-Duser.country=TR",
            "-Duser.timezone=Pacific/Kiritimati",
            "-Dfile.encoding=ISO-8859-1");
    List<String> hashes = hashes(one);
    assertThat(hashes).hasSize(SEEDS).doesNotHaveDuplicates();
    assertThat(hashes(other)).isEqualTo(hashes);
  }

  private static Process start(long first, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(EventHashes.class.getName(), String.valueOf(first)));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static List<String> hashes(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).as("exit code; output: %s", output).isZero();
    return output.lines().toList();
  }

  /** Prints one line for each seed. */
  static final class EventHashes {
    private EventHashes() {}

    public static void main(String[] args) {
      long first = Long.parseLong(args[0]);
      SimOptions<RegisterMap> options = SimOptions.DEFAULT.withTextHash();
      for (long seed = first; seed < first + SEEDS; seed++) {
        System.out.println(seed + " " + Simulator.run(seed, options).eventHash());
      }
    }
  }
}
