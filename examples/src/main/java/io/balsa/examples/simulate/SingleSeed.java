package io.balsa.examples.simulate;

import io.balsa.examples.process.ExampleException;
import io.balsa.raft.testkit.checker.HistoryFile;
import io.balsa.raft.testkit.simulator.RegisterHistory;
import io.balsa.raft.testkit.simulator.SeedRunner.Finding;
import io.balsa.raft.testkit.simulator.Shrink;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimReport;
import io.balsa.raft.testkit.simulator.SimulationFailure;
import io.balsa.raft.testkit.simulator.Simulator;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** One seed, once more. */
final class SingleSeed {
  private final SimOptions<?> options;
  private final Replay replay;
  private final PrintWriter out;

  /** Where what clients of registers did and were told goes, if anywhere. */
  private final Optional<Path> historyFile;

  SingleSeed(SimOptions<?> options, Replay replay, PrintWriter out, Optional<Path> historyFile) {
    this.options = options;
    this.replay = replay;
    this.out = out;
    this.historyFile = historyFile;
  }

  /** Returns the exit code. */
  int run(long seed, boolean shrink) {
    RegisterHistory history = new RegisterHistory();
    SimOptions<?> recorded = historyFile.isEmpty() ? options : options.withWitness(history);
    try {
      SimReport report = Simulator.run(seed, recorded);
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
    } finally {
      historyFile.ifPresent(file -> write(file, history));
    }
  }

  private void write(Path file, RegisterHistory history) {
    try {
      HistoryFile.write(file, history.events());
    } catch (IOException e) {
      throw new ExampleException("the history can't be written to " + file + ": " + e);
    }
    out.println("Judge: examples/bin/check-history " + RegisterHistory.ARGUMENTS + " " + file);
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
