package io.balsa.examples.chaos;

import io.balsa.examples.chaos.history.Recorder.Tally;
import io.balsa.examples.chaos.judge.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What a run came to, and how it is told. Immutable.
 *
 * @param tallies of the operations, by phase: the warm-up, each kind of fault, calm, the quiet end
 * @param faults how often each was injected
 */
record ChaosReport(
    Map<String, Tally> tallies,
    Map<String, Integer> faults,
    Map<String, Resources.Peak> peaks,
    List<Verdict> verdicts) {

  /** Fewer successes in a second than this, while nothing is broken, and the run proves nothing. */
  private static final double CALM_OK_RATE_MIN = 5;

  /** Over all faults together: some of them stop everything, but not for so long. */
  private static final double FAULTY_OK_RATE_MIN = 1;

  ChaosReport {
    verdicts = List.copyOf(verdicts);
  }

  boolean passed() {
    return verdicts.stream().noneMatch(Verdict::isViolated) && tooQuiet().isEmpty();
  }

  /** Phases in which too little succeeded to prove anything. */
  List<String> tooQuiet() {
    List<String> quiet = new ArrayList<>();
    Tally faulty = new Tally(0, 0, 0, 0, 0, 0);
    for (Map.Entry<String, Tally> phase : tallies.entrySet()) {
      Tally tally = phase.getValue();
      if (!faults.containsKey(phase.getKey())) {
        if (tally.nanos() > 0 && tally.okRate() < CALM_OK_RATE_MIN) {
          quiet.add(phase.getKey());
        }
      } else {
        faulty = new Tally(faulty.ok() + tally.ok(), 0, 0, faulty.nanos() + tally.nanos(), 0, 0);
      }
    }
    if (faulty.nanos() > 0 && faulty.okRate() < FAULTY_OK_RATE_MIN) {
      quiet.add("all faults together");
    }
    return quiet;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%-15s %5s %8s %8s %8s %8s %8s %10s",
        "phase",
        "times",
        "seconds",
        "ok",
        "fail",
        "info",
        "ok/s",
        "gap ms");
    tallies.forEach(
        (name, tally) ->
            line(
                text,
                "%-15s %5d %,8.1f %,8d %,8d %,8d %,8.1f %,10d",
                name,
                tally.times(),
                tally.nanos() / 1e9,
                tally.ok(),
                tally.fail(),
                tally.info(),
                tally.okRate(),
                TimeUnit.NANOSECONDS.toMillis(tally.gapNanos())));
    line(
        text,
        "%n%d faults: %s",
        faults.values().stream().mapToInt(n -> n).sum(),
        new TreeMap<>(faults));
    peaks.forEach(
        (member, peak) ->
            line(
                text,
                "%s: at most %,d MiB, %d threads, %d file handles",
                member,
                peak.rssKb() >> 10,
                peak.threads(),
                peak.handles()));
    line(text, "%n%-20s %10s  %s", "oracle", "checked", "verdict");
    for (Verdict verdict : verdicts) {
      line(text, "%-20s %,10d  %s", verdict.oracle(), verdict.checked(), words(verdict));
      verdict.violations().forEach(violation -> line(text, "    %s", violation));
    }
    tooQuiet().forEach(phase -> line(text, "FAILED: too few operations succeeded in: %s", phase));
    return text.toString();
  }

  private static String words(Verdict verdict) {
    if (verdict.isViolated()) {
      return "VIOLATED, " + verdict.count() + " times " + verdict.note();
    }
    return (verdict.checked() == 0 ? "not judged " : "valid ") + verdict.note();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
