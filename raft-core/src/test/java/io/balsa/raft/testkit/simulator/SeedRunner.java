package io.balsa.raft.testkit.simulator;

import java.util.Optional;
import java.util.SortedSet;

/**
 * Runs seeds against one core, the real one or a patched one. What two cores that are loaded beside each other share, together
 * with {@link Extent}: neither may name any other class of the project in its signatures.
 */
public interface SeedRunner {
  /**
   * What a run found.
   *
   * @param property the broken one's name
   * @param story the last events of the run, and what was broken
   * @param on the kinds of faults that were on in it
   * @param clients how many clients there were
   */
  record Finding(
      long seed, Extent extent, String property, String story, SortedSet<String> on, int clients) {}

  /** Empty if everything held. */
  Optional<Finding> run(long seed, Extent extent);
}
