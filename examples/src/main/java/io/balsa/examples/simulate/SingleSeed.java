package io.balsa.examples.simulate;

import io.balsa.raft.testkit.simulator.SeedRunner.Finding;
import io.balsa.raft.testkit.simulator.Shrink;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimReport;
import io.balsa.raft.testkit.simulator.SimulationFailure;
import io.balsa.raft.testkit.simulator.Simulator;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import java.io.PrintWriter;

/** One seed, once more. */
final class SingleSeed {
  private final SimOptions<?> options;
  private final Replay replay;
  private final PrintWriter out;

  SingleSeed(SimOptions<?> options, Replay replay, PrintWriter out) {
    this.options = options;
    this.replay = replay;
    this.out = out;
  }

  /** Returns the exit code. */
  int run(long seed, boolean shrink) {
    try {
      SimReport report = Simulator.run(seed, options);
      report.reached().forEach((what, times) -> out.printf("%-28s %d%n", what, times));
      out.printf(
          "seed %d: %d events in %.1f virtual seconds, %d entries committed, hash %016x%n",
          seed,
          report.events(),
          report.virtualNanos() / 1e9,
          report.committed(),
          report.eventHash());
      out.println("1 passed, 0 failed");
      return 0;
    } catch (SimulationFailure failure) {
      tell(failure.finding(), shrink);
      out.println("0 passed, 1 failed");
      return 1;
    }
  }

  private void tell(Finding found, boolean shrink) {
    Finding told = shrink ? Shrink.smallest(new SimulatorSeeds(options), found) : found;
    out.println(told.story());
    out.println("Again: " + replay.command(told));
    if (!shrink) {
      out.println("Smaller: " + replay.command(told) + " --shrink");
    }
  }
}
