package io.balsa.examples.simulate;

import io.balsa.examples.process.Installation;
import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SeedRunner;
import io.balsa.raft.testkit.simulator.SeedRunner.Finding;
import io.balsa.raft.testkit.simulator.Shrink;
import io.balsa.raft.testkit.zoo.Hunt;
import io.balsa.raft.testkit.zoo.Specimen;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks for planted bugs: each must be found, or a clean run proves nothing. */
final class BugHunt {
  private final Extent extent;
  private final PrintWriter out;

  BugHunt(Extent extent, PrintWriter out) {
    this.extent = extent;
    this.out = out;
  }

  /** Name, who finds it, what it breaks. */
  static void list(PrintWriter out) {
    Map<String, HuntRecord> records = HuntRecord.read(Installation.rootDir());
    out.printf("%-44s %-26s %6s  %s%n", "BUG", "FOUND BY", "SEEDS", "WHAT IT BREAKS");
    for (Specimen bug : Specimen.all()) {
      HuntRecord last = records.getOrDefault(bug.name(), HuntRecord.NONE);
      out.printf(
          "%-44s %-26s %6s  %s%n", bug.name(), last.foundBy(), last.seeds(), bug.explanation());
    }
  }

  /** Returns the exit code. */
  int one(Specimen bug, long first, long seeds, int jobs, boolean shrink) {
    SeedRunner runner = bug.runner().get();
    Optional<Finding> found = new Hunt(runner, first, seeds, extent).run(jobs);
    if (found.isPresent()) {
      Finding told = shrink ? Shrink.smallest(runner, found.get()) : found.get();
      out.println(told.story());
      tellFound(bug, told);
      return 0;
    }
    tellMissed(bug, first, seeds);
    return 1;
  }

  /** Returns the exit code. */
  int all(long first, long seeds, int jobs) {
    List<String> missed = new ArrayList<>();
    for (Specimen bug : Specimen.all()) {
      Optional<Finding> found = new Hunt(bug.runner().get(), first, seeds, extent).run(jobs);
      if (found.isPresent()) {
        tellFound(bug, found.get());
      } else {
        tellMissed(bug, first, seeds);
        missed.add(bug.name());
      }
    }
    out.println(missed.isEmpty() ? "all bugs were found" : "not found: " + missed);
    return missed.isEmpty() ? 0 : 1;
  }

  private void tellFound(Specimen bug, Finding found) {
    out.printf("%s was found as %s by seed %d%n", bug.name(), found.property(), found.seed());
    out.println("Again: " + new Replay("--bug " + bug.name() + " ").command(found));
  }

  private void tellMissed(Specimen bug, long first, long seeds) {
    out.printf("%s was not found by %d seeds from %d%n", bug.name(), seeds, first);
  }
}
