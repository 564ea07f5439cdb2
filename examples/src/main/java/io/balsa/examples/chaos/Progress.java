package io.balsa.examples.chaos;

import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.chaos.history.Recorder.Tally;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happens while it does: a line for each fault, and, every now and then, how the operations go; on a terminal in
 * one line that is written over and over. Thread-safe.
 */
final class Progress implements AutoCloseable {
  private static final long TERMINAL_MILLIS = 500;
  private static final long FILE_MILLIS = 15_000;
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable Recorder recorder;

  Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** From now on there is something to tell. */
  void start(Recorder source) {
    recorder = source;
    Thread thread = new Thread(this::run, "progress");
    thread.setDaemon(true);
    thread.start();
  }

  synchronized void log(String what) {
    Recorder source = recorder;
    double seconds = source == null ? 0 : source.nanos() / 1e9;
    if (terminal) {
      out.print(CLEAR);
    }
    out.printf(Locale.ROOT, "%8.1f s  %s%n", seconds, what);
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
    if (terminal) {
      out.print(CLEAR);
      out.flush();
    }
  }

  private void run() {
    try {
      while (!closed.await(terminal ? TERMINAL_MILLIS : FILE_MILLIS, TimeUnit.MILLISECONDS)) {
        tell();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() {
    Recorder source = recorder;
    if (source == null) {
      return;
    }
    long ok = 0;
    long fail = 0;
    long info = 0;
    for (Tally tally : source.tallies().values()) {
      ok += tally.ok();
      fail += tally.fail();
      info += tally.info();
    }
    String line =
        String.format(
            Locale.ROOT, "%,d ok, %,d fail, %,d info; now: %s", ok, fail, info, source.phase());
    if (!terminal) {
      log(line);
      return;
    }
    synchronized (this) {
      out.printf(Locale.ROOT, CLEAR + "%8.1f s  %s", source.nanos() / 1e9, line);
      out.flush();
    }
  }
}
