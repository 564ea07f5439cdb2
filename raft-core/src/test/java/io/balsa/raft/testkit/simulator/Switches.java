package io.balsa.raft.testkit.simulator;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a seed switches on, and what of it the run's {@link Extent} leaves out. A kind of fault joins by having its draw go
 * through here under a name; the draw itself must not depend on the answer, so that the others stay as they are.
 */
final class Switches {
  private final SortedSet<String> off;
  private final SortedSet<String> known = new TreeSet<>();
  private final SortedSet<String> on = new TreeSet<>();

  Switches(SortedSet<String> off) {
    this.off = off;
  }

  /** Whether the kind is on, given what the seed says. */
  boolean on(String name, boolean drawn) {
    known.add(name);
    if (drawn && !off.contains(name)) {
      on.add(name);
    }
    return on.contains(name);
  }

  /** How likely the kind is, given what the seed says; 0 if it is off. */
  double share(String name, double drawn) {
    return on(name, drawn > 0) ? drawn : 0;
  }

  SortedSet<String> known() {
    return Collections.unmodifiableSortedSet(known);
  }

  SortedSet<String> on() {
    return Collections.unmodifiableSortedSet(on);
  }
}
