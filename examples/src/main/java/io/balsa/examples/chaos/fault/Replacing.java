package io.balsa.examples.chaos.fault;

import java.util.Optional;
import java.util.SplittableRandom;

/** A fault after which a member may have to be replaced: the others must be a majority of what there was. Immutable. */
record Replacing(String name, String meaning, ProcessFaults.Begin how) implements Fault {
  private static final int MEMBERS_MIN = 3;

  @Override
  public Optional<String> missing(World world) {
    return world.cluster().spec().initial() < MEMBERS_MIN
        ? Optional.of("at least three members")
        : Optional.empty();
  }

  @Override
  public boolean isExclusive() {
    return true;
  }

  @Override
  public Strike begin(World world, SplittableRandom random) {
    return how.begin(world, random);
  }
}
