package io.balsa.examples.chaos.judge;

import java.util.ArrayList;
import java.util.List;

/** What an oracle finds while it looks. One thread. */
public final class Findings {
  private static final int SHOWN_MAX = 10;
  private static final int CHARS_MAX = 1000;

  private final String oracle;
  private final List<String> shown = new ArrayList<>();
  private long count;
  private long checked;

  public Findings(String oracle) {
    this.oracle = oracle;
  }

  /** One more thing was looked at. */
  public void checked() {
    checked++;
  }

  public void violated(String what) {
    count++;
    if (shown.size() < SHOWN_MAX) {
      shown.add(shortened(what));
    }
  }

  /** An answer with hundreds of events is in the history; a reader wants to see what is wrong. */
  private static String shortened(String what) {
    return what.length() <= CHARS_MAX
        ? what
        : what.substring(0, CHARS_MAX) + " … (" + (what.length() - CHARS_MAX) + " characters more)";
  }

  String oracle() {
    return oracle;
  }

  long checkedCount() {
    return checked;
  }

  List<String> shown() {
    return shown;
  }

  long count() {
    return count;
  }
}
