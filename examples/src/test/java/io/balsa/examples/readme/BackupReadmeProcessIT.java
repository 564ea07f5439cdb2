package io.balsa.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.Finished;
import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README's section on backups, run as they stand there: only ports and directories are others. */
@Timeout(240)
class BackupReadmeProcessIT {
  private static final String BEGIN = "<!-- example:backup -->\n```\n";

  @TempDir private Path dir;

  private final Path bin = Installation.rootDir().resolve("examples/bin");

  @AfterEach
  void takeDown() throws Exception {
    sh(bin + "/cluster down --purge --dir=" + dir.resolve("cluster"));
  }

  @Test
  void theClusterLivesOnInAnother() throws Exception {
    int port = freeBasePort();
    String commands = commands(port);
    int restore = commands.indexOf("for n in");
    String before = commands.substring(0, restore);
    String after = commands.substring(restore);

    String saved = sh(before);
    assertThat(saved).contains("saved at backup.db", "REVISION", "is in order");
    assertThat(dir.resolve("backup.db")).isRegularFile();
    assertThat(dir.resolve("cluster/n1")).doesNotExist();

    String restored = sh(after);
    assertThat(restored).contains("as member n3").contains("Its revision is 10000000");
    assertThat(sh(bin + "/cluster status --json --dir=" + dir.resolve("cluster")))
        .doesNotContain("\"healthy\": false");
  }

  private String commands(int port) throws IOException {
    String readme = Files.readString(Installation.rootDir().resolve("README.md"));
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    assertThat(begin).isGreaterThan(BEGIN.length());
    String cluster = " --dir=" + dir.resolve("cluster");
    return readme
        .substring(begin, readme.indexOf("```", begin))
        .replace("cluster up", "cluster up --base-port=" + port + cluster)
        .replace("cluster down", "cluster down" + cluster)
        .replace(".balsa/cluster", dir.resolve("cluster").toString())
        .replace("./examples/bin", bin.toString())
        .replace("127.0.0.1:2379", "127.0.0.1:" + port)
        .replace("127.0.0.1:2380", "127.0.0.1:" + (port + 1))
        .replace("127.0.0.1:2390", "127.0.0.1:" + (port + 11))
        .replace("127.0.0.1:2400", "127.0.0.1:" + (port + 21))
        .replace("2370 + ", (port - 9) + " + ");
  }

  private String sh(String commands) throws Exception {
    Finished finished =
        Finished.run(
            List.of("sh", "-e", "-c", "cd " + dir + "\n" + commands),
            "",
            Map.of("BALSA_BUILD", "never"),
            Duration.ofMinutes(2));
    assertThat(finished.exitCode()).as("%s%n%s", commands, finished).isZero();
    return finished.out();
  }

  private static int freeBasePort() {
    return Stream.generate(() -> FreePorts.take(1).get(0))
        .filter(
            port ->
                List.of(port, port + 1, port + 10, port + 11, port + 20, port + 21).stream()
                    .allMatch(FreePorts::isFree))
        .findFirst()
        .orElseThrow();
  }
}
