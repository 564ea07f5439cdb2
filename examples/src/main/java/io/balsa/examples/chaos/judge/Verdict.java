package io.balsa.examples.chaos.judge;

import java.util.ArrayList;
import java.util.List;

/**
 * What an oracle found. Immutable.
 *
 * @param oracle its name
 * @param checked how many things it looked at; an oracle that looked at nothing proves nothing
 * @param violations in words, the first few of them
 * @param count of all violations
 * @param note what else to know, such as why nothing was looked at
 */
public record Verdict(
    String oracle, long checked, List<String> violations, long count, String note) {
  public Verdict {
    violations = List.copyOf(violations);
  }

  public static Verdict of(Findings findings) {
    return new Verdict(
        findings.oracle(), findings.checkedCount(), findings.shown(), findings.count(), "");
  }

  /** The oracle couldn't judge. */
  public static Verdict skipped(String oracle, String why) {
    return new Verdict(oracle, 0, List.of(), 0, why);
  }

  /** What both found. */
  public Verdict plus(Verdict other) {
    List<String> all = new ArrayList<>(violations);
    all.addAll(other.violations);
    return new Verdict(
        oracle, checked + other.checked, all, count + other.count, note + other.note);
  }

  public boolean isViolated() {
    return count > 0;
  }
}
