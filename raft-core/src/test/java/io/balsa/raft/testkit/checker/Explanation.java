package io.balsa.raft.testkit.checker;

import java.util.List;

/** An invalid verdict in a few lines. */
final class Explanation {
  private static final int SHOWN_MAX = 20;

  private Explanation() {}

  static String of(Verdict.Invalid invalid) {
    StringBuilder text = new StringBuilder();
    text.append("no order explains the first ").append(invalid.prefixEvents()).append(" events");
    invalid.key().ifPresent(key -> text.append(", of key ").append(key));
    if (!invalid.isSmallest()) {
      text.append(" (perhaps fewer: there was no time to find out)");
    }
    text.append("\n  in conflict");
    if (!invalid.isConflictSmallest()) {
      text.append(" (perhaps not all of them)");
    }
    text.append(":\n");
    appendAll(text, invalid, invalid.conflict());
    text.append("  the longest order comes to ").append(invalid.longest().state()).append('\n');
    for (Verdict.Refusal refusal : invalid.longest().refusals()) {
      text.append("  next must be ")
          .append(line(invalid.operation(refusal.id())))
          .append(", which ")
          .append(refusal.reason())
          .append('\n');
    }
    return text.toString();
  }

  private static void appendAll(StringBuilder text, Verdict.Invalid invalid, List<Integer> ids) {
    ids.stream()
        .limit(SHOWN_MAX)
        .forEach(id -> text.append("    ").append(line(invalid.operation(id))).append('\n'));
    if (ids.size() > SHOWN_MAX) {
      text.append("    and ").append(ids.size() - SHOWN_MAX).append(" more\n");
    }
  }

  private static String line(Verdict.Operation operation) {
    String until =
        operation.returnLine().isPresent() ? "-" + operation.returnLine().getAsInt() : "-?";
    return "process "
        + operation.process()
        + ": "
        + operation.text()
        + " (lines "
        + operation.callLine()
        + until
        + ")";
  }
}
