package io.balsa.kv.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real curl, pointed at one server. One thread. */
final class Curl {
  private static final int PATIENCE_SECONDS = 60;
  private static final String STATUS_MARK = "\n<status> ";

  private final ServerProcess server;

  Curl(ServerProcess server) {
    assumeTrue(ServerProcess.isInstalled("curl"), "skipped: there is no curl on the PATH");
    this.server = server;
  }

  /** What came back: the status of HTTP and the body as it is. */
  record Reply(int status, String body) {}

  /** As the documentation writes it: POST with a body, and perhaps more arguments. */
  Reply post(String path, String body, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-X", "POST", "-d", body));
    arguments.addAll(List.of(more));
    return get(path, arguments.toArray(String[]::new));
  }

  Reply get(String path, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-L", "-w", STATUS_MARK + "%{http_code}"));
    arguments.addAll(List.of(more));
    Process process = start(path, arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("curl of %s says: %s", path, output).isZero();
    int mark = output.lastIndexOf(STATUS_MARK);
    int status = Integer.parseInt(output.substring(mark + STATUS_MARK.length()));
    return new Reply(status, output.substring(0, mark).stripTrailing());
  }

  /** A stream of answers, for as long as it isn't closed. */
  Lines stream(String path, String body) throws IOException {
    return new Lines(start(path, List.of("-N", "-X", "POST", "-d", body)));
  }

  private Process start(String path, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "--max-time", String.valueOf(PATIENCE_SECONDS)));
    command.addAll(arguments);
    command.add("http://127.0.0.1:" + server.port() + path);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** The lines that a curl prints while it runs. */
  static final class Lines implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private Lines(Process process) {
      this.process = process;
      this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    String next() throws IOException {
      return String.valueOf(lines.readLine());
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
