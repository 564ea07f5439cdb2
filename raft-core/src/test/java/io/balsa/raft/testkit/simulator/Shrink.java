package io.balsa.raft.testkit.simulator;

import io.balsa.raft.testkit.simulator.SeedRunner.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks for a smaller run of a failing seed that breaks the same property: shorter, with fewer kinds of faults, fewer clients. */
public final class Shrink {
  /*
   * Greedy: whatever can go, goes. Each step is a whole run, of a few dozen milliseconds, and there are a few dozen of them.
   * A run in a smaller extent is another run, not a part of the larger one, so each step is tried, and what comes out is a
   * local minimum: it breaks the property for certain, but not necessarily by the same path.
   */
  private static final int ROUNDS_MAX = 3;

  private final SeedRunner runner;
  private Finding smallest;

  private Shrink(SeedRunner runner, Finding found) {
    this.runner = runner;
    this.smallest = found;
  }

  /** The finding of the smallest run that could be found; the given one if there is no smaller. */
  public static Finding smallest(SeedRunner runner, Finding found) {
    Shrink shrink = new Shrink(runner, found);
    boolean smaller = true;
    for (int round = 0; round < ROUNDS_MAX && smaller; round++) {
      smaller = shrink.round();
    }
    return shrink.smallest;
  }

  private boolean round() {
    Extent before = smallest.extent();
    shorten();
    leaveOutKinds();
    leaveOutClients();
    return !smallest.extent().equals(before);
  }

  private boolean attempt(Extent extent) {
    Optional<Finding> found =
        runner
            .run(smallest.seed(), extent)
            .filter(finding -> finding.property().equals(smallest.property()));
    found.ifPresent(finding -> smallest = finding);
    return found.isPresent();
  }

  /** By halves, to the second. */
  private void shorten() {
    long tooShort = 0;
    long enough = smallest.extent().faults().toSeconds();
    while (enough - tooShort > 1) {
      long middle = (tooShort + enough) / 2;
      if (attempt(smallest.extent().withFaults(Duration.ofSeconds(middle)))) {
        enough = middle;
      } else {
        tooShort = middle;
      }
    }
  }

  /** All at once if possible; else one by one. */
  private void leaveOutKinds() {
    List<String> kinds = List.copyOf(smallest.on());
    if (!attempt(smallest.extent().without(kinds))) {
      for (String kind : kinds) {
        attempt(smallest.extent().without(List.of(kind)));
      }
    }
  }

  private void leaveOutClients() {
    int clients = 1;
    while (clients < smallest.clients() && !attempt(smallest.extent().withClientsMax(clients))) {
      clients *= 2;
    }
  }
}
