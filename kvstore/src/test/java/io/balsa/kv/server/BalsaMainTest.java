package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as scripts and supervisors see it: exit codes, one line on stderr, and the line that they wait for. */
@Timeout(120)
final class BalsaMainTest {
  @TempDir private Path dir;

  @Test
  void theVersionsFirstLineIsEtcds() throws Exception {
    Process process = balsa("--version");
    assertThat(output(process).lines().findFirst()).contains("etcd Version: 3.6.0");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void anUnknownFlagIsOneLineAndExitCodeTwo() throws Exception {
    Process process = balsa("--nope=1", "--data-dir=" + dir.resolve("data"));
    assertThat(output(process)).isEqualTo("balsa: Unknown option: '--nope=1'\n");
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(dir.resolve("data")).doesNotExist();
  }

  @Test
  void aPortInUseIsOneLineAndExitCodeOneAndNothingIsWritten() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process process =
          balsa(
              "--data-dir=" + dir.resolve("data"),
              "--listen-client-urls=http://127.0.0.1:" + taken.getLocalPort());
      assertThat(output(process)).startsWith("balsa: can't listen for clients on ").hasLineCount(1);
      assertThat(process.waitFor()).isEqualTo(1);
      assertThat(dir.resolve("data")).doesNotExist();
    }
  }

  @Test
  void itServesUntilItIsAskedToStopAndExitsWithZero() throws Exception {
    int clientPort = freePort();
    int peerPort = freePort();
    for (int start = 1; start <= 2; start++) {
      Process process =
          balsa(
              "--data-dir=" + dir.resolve("data"),
              "--listen-client-urls=http://127.0.0.1:" + clientPort,
              "--listen-peer-urls=http://127.0.0.1:" + peerPort,
              "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort);
      try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
        List<String> lines = new ArrayList<>();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
          lines.add(line);
          if (line.contains("ready to serve client requests")) {
            process.toHandle().destroy(); // SIGTERM, and the streams stay open.
          }
        }
        assertThat(lines).anyMatch(line -> line.contains("ready to serve client requests"));
        assertThat(process.waitFor()).as("the log: %s", lines).isZero();
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String output(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private static Process balsa(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlogback.configurationFile=logback-balsa.xml",
                "-cp",
                System.getProperty("java.class.path"),
                BalsaMain.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // A JVM that is given options by its environment says so in a line of its own.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("ETCD_") || name.endsWith("JAVA_OPTIONS"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder.start();
  }
}
