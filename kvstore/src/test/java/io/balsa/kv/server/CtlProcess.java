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

  /** Guarded by this, and so is the other. */
  private final StringBuilder out = new StringBuilder();

  private final StringBuilder err = new StringBuilder();
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
    outRead = inBackground(() -> read(process.getInputStream(), out));
    errRead = inBackground(() -> read(process.getErrorStream(), err));
  }

  /** In a thread of its own: whoever waits for a process would hold up a pool. */
  static CompletableFuture<Void> inBackground(Runnable task) {
    return CompletableFuture.runAsync(
        task,
        runnable -> {
          Thread thread = new Thread(runnable, "etcdctl");
          thread.setDaemon(true);
          thread.start();
        });
  }

  private void read(InputStream stream, StringBuilder into) {
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
      process.destroyForcibly();
      throw new AssertionError(command + " went on, and said: " + said(process.waitFor()));
    }
    CompletableFuture.allOf(outRead, errRead).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return said(process.exitValue());
  }

  private synchronized Said said(int exit) {
    return new Said(out.toString(), err.toString(), exit);
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
