package io.balsa.examples.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Tells what happens, one aligned line a step: how long it took, what it was, what came out. One thread at a time. */
public final class Narrator {
  private static final String DIM = "\u001b[2m";
  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean colour;
  private long stepStart = System.nanoTime();

  public Narrator(PrintStream out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  /** A line of its own, without a time. */
  public void say(String text) {
    out.println(text);
    stepStart = System.nanoTime();
  }

  /** What was done since the last line. */
  public void step(String topic, String format, Object... arguments) {
    line(topic, String.format(Locale.ROOT, format, arguments), "");
  }

  /** As {@link #step}, for the line that matters most. */
  public void highlight(String topic, String format, Object... arguments) {
    line(topic, String.format(Locale.ROOT, format, arguments), BOLD);
  }

  public void failure(String text) {
    out.println(paint(RED, text));
  }

  private void line(String topic, String text, String style) {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stepStart);
    String time = String.format(Locale.ROOT, "%,8d ms", millis);
    out.println(paint(DIM, time) + "  " + paint(BOLD, pad(topic)) + paint(style, text));
    stepStart = System.nanoTime();
  }

  private static String pad(String topic) {
    return String.format(Locale.ROOT, "%-10s", topic);
  }

  private String paint(String style, String text) {
    return colour && !style.isEmpty() ? style + text + PLAIN : text;
  }
}
