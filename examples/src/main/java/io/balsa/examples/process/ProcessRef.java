package io.balsa.examples.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One process, told from a later one with the same pid by the instant at which it started. Immutable; never signals a
 * process that isn't the one it was made for.
 *
 * @param started as the system reported it when the process was new
 */
public record ProcessRef(long pid, Instant started) {

  /**
   * The system tells start instants relative to its boot, and each JVM works out the boot instant anew, give or take a
   * second. A pid comes round again much later than this.
   */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(3);

  /** For a process that was started just now. */
  public static ProcessRef of(Process process) {
    return new ProcessRef(process.pid(), process.info().startInstant().orElse(Instant.now()));
  }

  /** The process, if it still runs. */
  public Optional<ProcessHandle> live() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(this::startedThen)
        .filter(handle -> !isZombie());
  }

  public boolean isAlive() {
    return live().isPresent();
  }

  /** Stopped by a signal and waiting for another to go on. */
  public boolean isPaused() {
    return isAlive() && state() == 'T';
  }

  /** SIGKILL: the process has no say in it. */
  public void kill() {
    live().ifPresent(ProcessHandle::destroyForcibly);
  }

  /** SIGTERM: the process may finish what it does. */
  public void terminate() {
    live().ifPresent(ProcessHandle::destroy);
  }

  public void pause() {
    signal("STOP");
  }

  public void resume() {
    signal("CONT");
  }

  /** Whether the process was gone before the deadline passed. */
  public boolean awaitExit(Duration deadline) {
    return Await.holds(deadline, () -> !isAlive());
  }

  private boolean startedThen(ProcessHandle handle) {
    return handle
        .info()
        .startInstant()
        .filter(instant -> Duration.between(started, instant).abs().compareTo(START_TOLERANCE) < 0)
        .isPresent();
  }

  private void signal(String name) {
    if (!isAlive()) {
      return;
    }
    try {
      // The shell's own kill: not every system has one of its own on the path.
      int status =
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).inheritIO().start().waitFor();
      if (status != 0) {
        throw new ExampleException("can't send SIG" + name + " to process " + pid);
      }
    } catch (IOException e) {
      throw new ExampleException("can't send SIG" + name + " to process " + pid + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
  }

  /**
   * A child whose parent has gone and whose new parent doesn't collect it stays in the process table, and the JDK takes it
   * for alive. While any other thread of it is still on its way out it counts as alive for us too: its ports aren't free.
   */
  private boolean isZombie() {
    String[] threads = Path.of("/proc", Long.toString(pid), "task").toFile().list();
    return state() == 'Z' && threads != null && threads.length == 1;
  }

  /** The state letter of Linux's process table, or '?' elsewhere. */
  private char state() {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      int afterName = stat.lastIndexOf(')') + 2;
      return afterName < stat.length() ? stat.charAt(afterName) : '?';
    } catch (IOException e) {
      return '?'; // Not Linux, or gone in this moment: the caller's other questions decide.
    }
  }
}
