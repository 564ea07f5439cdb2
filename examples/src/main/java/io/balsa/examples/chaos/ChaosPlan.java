package io.balsa.examples.chaos;

import io.balsa.examples.chaos.fault.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a run is to be. Immutable.
 *
 * @param time how long faults are injected; a warm-up and a quiet end come on top
 * @param asked the kinds of faults in the words of the command line
 * @param faults what they stand for; some may come more than once
 * @param failpoints whether some starts are armed with one
 * @param bug a planted one, by name; empty for none
 * @param rate calls per second of all clients together, at most
 * @param dir for the members' files, the histories and the report
 */
record ChaosPlan(
    Duration time,
    int nodes,
    long seed,
    List<String> asked,
    List<Fault> faults,
    WorkloadKind workload,
    boolean failpoints,
    String bug,
    int clients,
    int rate,
    Path dir) {
  ChaosPlan {
    asked = List.copyOf(asked);
    faults = List.copyOf(faults);
  }

  /** The command that does the same again, as far as real processes can. */
  String replay() {
    return String.format(
            Locale.ROOT,
            "examples/bin/chaos --minutes %s --nodes %d --seed %d --workload %s --faults %s"
                + " --clients %d --rate %d",
            minutes(),
            nodes,
            seed,
            workload.name().toLowerCase(Locale.ROOT),
            String.join(",", asked),
            clients,
            rate)
        + (failpoints ? " --failpoints" : "")
        + (bug.isEmpty() ? "" : " --bug " + bug);
  }

  private String minutes() {
    double minutes = time.toMillis() / 60_000.0;
    return minutes == Math.rint(minutes)
        ? Long.toString((long) minutes)
        : String.format(Locale.ROOT, "%.2f", minutes);
  }
}
