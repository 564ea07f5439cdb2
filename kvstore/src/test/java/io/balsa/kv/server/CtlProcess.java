package io.balsa.kv.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One run of etcdctl. */
final class CtlProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<String> command;
  private final Process process;
  private final StringBuffer out = new StringBuffer();
  private final StringBuffer err = new StringBuffer();
  private final CompletableFuture<Void> outRead;
  private final CompletableFuture<Void> errRead;

  /** What it said, and its exit code. */
  record Said(String out, String err, int exit) {}

  CtlProcess(Path directory, List<String> arguments) throws IOException {
    command = new ArrayList<>(List.of("etcdctl", "--command-timeout=30s", "--dial-timeout=10s"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
    builder.environment().put("ETCDCTL_API", "3");
    process = builder.start();
    outRead = CompletableFuture.runAsync(() -> read(process.getInputStream(), out));
    errRead = CompletableFuture.runAsync(() -> read(process.getErrorStream(), err));
  }

  private void read(InputStream stream, StringBuffer into) {
    byte[] chunk = new byte[8192];
    try {
      for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
        synchronized (this) {
          into.append(new String(chunk, 0, count, StandardCharsets.UTF_8));
          notifyAll();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void say(List<String> lines, boolean isAll) throws IOException {
    for (String line : lines) {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    process.getOutputStream().flush();
    if (isAll) {
      process.getOutputStream().close();
    }
  }

  /** What it has said by then. */
  synchronized String awaitLines(int count) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (out.chars().filter(c -> c == '\n').count() < count) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(command + " said in 30 s: " + out + err);
      }
      wait(left);
    }
    return out.toString();
  }

  /** As Ctrl-C does. */
  void interrupt() throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    kill.waitFor();
  }

  Said awaitEnd() throws Exception {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(command + " goes on, and said: " + out + err);
    }
    CompletableFuture.allOf(outRead, errRead).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return new Said(out.toString(), err.toString(), process.exitValue());
  }

  static Said run(Path directory, String... arguments) throws Exception {
    try (CtlProcess process = new CtlProcess(directory, Arrays.asList(arguments))) {
      process.say(List.of(), true);
      return process.awaitEnd();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
