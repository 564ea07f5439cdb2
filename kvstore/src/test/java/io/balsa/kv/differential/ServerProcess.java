package io.balsa.kv.differential;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.kv.server.BalsaMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One member that is a cluster of its own, in a process of its own on free loopback ports: etcd's or ours, told the same by
 * the same flags. Any thread.
 */
final class ServerProcess implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 180;
  private static final int LOG_LINES_KEPT = 50;

  private final String name;
  private final Process process;
  private final int port;
  private final Deque<String> log = new ArrayDeque<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private ServerProcess(String name, List<String> executable, Path dir) throws IOException {
    this.name = name;
    this.port = freePort();
    int peerPort = freePort();
    List<String> command = new ArrayList<>(executable);
    command.add("--name=m0");
    command.add("--data-dir=" + dir.resolve("data"));
    command.add("--listen-client-urls=http://127.0.0.1:" + port);
    command.add("--advertise-client-urls=http://127.0.0.1:" + port);
    command.add("--listen-peer-urls=http://127.0.0.1:" + peerPort);
    command.add("--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort);
    command.add("--initial-cluster=m0=http://127.0.0.1:" + peerPort);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(ServerProcess::changesAServer);
    this.process = builder.start();
    Thread reader = new Thread(this::readLog, name + "-log");
    reader.setDaemon(true);
    reader.start();
  }

  private static boolean changesAServer(String variable) {
    return variable.startsWith("ETCD_")
        || variable.endsWith("JAVA_OPTIONS")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }

  /** A real etcd; the test is skipped where there is none. */
  static ServerProcess etcd(Path dir) throws Exception {
    assumeTrue(
        isInstalled("etcd"),
        "skipped: there is no etcd on the PATH to compare with (Debian: apt-get install etcd-server)");
    return new ServerProcess("etcd", List.of("etcd"), dir).awaitReady();
  }

  static ServerProcess balsa(Path dir) throws Exception {
    return new ServerProcess(
            "balsa",
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=logback-balsa.xml",
                "-cp",
                System.getProperty("java.class.path"),
                BalsaMain.class.getName()),
            dir)
        .awaitReady();
  }

  static boolean isInstalled(String program) {
    return Optional.ofNullable(System.getenv("PATH")).stream()
        .flatMap(path -> Arrays.stream(path.split(":")))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Reads to the end: a server whose log nobody reads stops. */
  private void readLog() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        keep(line);
        if (line.contains("ready to serve client requests")) {
          ready.complete(null);
        }
      }
    } catch (IOException e) {
      keep("the log can't be read any more: " + e);
    }
    ready.completeExceptionally(new IOException(this + " ended"));
  }

  private synchronized void keep(String line) {
    log.add(line);
    if (log.size() > LOG_LINES_KEPT) {
      log.remove();
    }
  }

  private ServerProcess awaitReady() throws Exception {
    try {
      ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return this;
    } catch (Exception e) {
      close();
      throw new AssertionError(this + " isn't ready; its log ends: " + lastWords(), e);
    }
  }

  String name() {
    return name;
  }

  int port() {
    return port;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The end of its log, for whoever has to find out why it is gone. */
  synchronized String lastWords() {
    return String.join("\n", log);
  }

  @Override
  public String toString() {
    return name + " on port " + port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(this + " may still run", e));
    }
  }
}
