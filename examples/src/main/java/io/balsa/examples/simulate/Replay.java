package io.balsa.examples.simulate;

import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SeedRunner.Finding;

/**
 * Says how to see a run again.
 *
 * @param options what the command line needs beside the seed and the extent
 */
record Replay(String options) {

  String command(long seed, Extent extent) {
    StringBuilder command =
        new StringBuilder("examples/bin/simulate " + options + "--seed " + seed);
    extent.settings().forEach((name, value) -> command.append(" --" + name + " " + value));
    return command.toString();
  }

  String command(Finding finding) {
    return command(finding.seed(), finding.extent());
  }
}
