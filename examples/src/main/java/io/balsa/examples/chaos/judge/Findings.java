package io.balsa.examples.chaos.judge;

import java.util.ArrayList;
import java.util.List;

/** What an oracle finds while it looks. One thread. */
public final class Findings {
  private static final int SHOWN_MAX = 10;

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
      shown.add(what);
    }
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
