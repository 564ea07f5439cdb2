package io.balsa.examples.chaos.fault;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/** A kind of fault. Stateless; used by the nemesis' thread. */
public interface Fault {

  /** As it is named on the command line and in the report. */
  String name();

  /** In a few words, for the help. */
  String meaning();

  /** What it needs and isn't there; empty if it can be done. */
  default Optional<String> missing(World world) {
    return Optional.empty();
  }

  /** Whether nothing else may be broken at the same time: it takes a member's disk, of which a majority must be whole. */
  default boolean isExclusive() {
    return false;
  }

  /** Does the harm, by chances drawn from the run's seed. */
  Strike begin(World world, SplittableRandom random);

  /**
   * One fault that was begun.
   *
   * @param what was done to whom
   * @param hold how long it is to last
   * @param heal undoes it; members that are down are started by the nemesis
   */
  record Strike(String what, Duration hold, Runnable heal) {}
}
