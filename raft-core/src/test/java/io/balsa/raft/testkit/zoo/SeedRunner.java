package io.balsa.raft.testkit.zoo;

import java.util.Optional;

/**
 * Runs seeds against one core, the real one or a patched one. The only type that the two worlds share: it must not name any
 * class of the project but its own.
 */
public interface SeedRunner {
  /**
   * What a seed found.
   *
   * @param property the broken one's name
   * @param message the failure in full
   */
  record Finding(long seed, String property, String message) {}

  /** Empty if everything held. */
  Optional<Finding> run(long seed);
}
