package io.balsa.raft.testkit.simulator;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How much of what its seed draws a run goes through. The same seed in the same extent is the same run; in a smaller one it
 * is another run with less going on, which is what {@link Shrink} looks for.
 *
 * @param faults how long faults go on, in virtual time
 * @param without kinds of faults that stay off though the seed may draw them, by the names that {@link #switches} gives
 * @param clientsMax how many clients there are at most
 */
public record Extent(Duration faults, SortedSet<String> without, int clientsMax) {
  /** Everything, for thirty seconds. */
  public static final Extent FULL =
      new Extent(Duration.ofSeconds(30), Collections.emptySortedSet(), Integer.MAX_VALUE);

  public Extent {
    if (faults.isNegative() || clientsMax < 1) {
      throw new IllegalArgumentException("a run needs a time of faults and a client");
    }
    for (String kind : without) {
      if (!switches().contains(kind)) {
        throw new IllegalArgumentException(
            "no kind of fault is called " + kind + ", only " + String.join(", ", switches()));
      }
    }
    without = Collections.unmodifiableSortedSet(new TreeSet<>(without));
  }

  /** The names of all kinds of faults that can be left out. */
  public static SortedSet<String> switches() {
    return Swarm.switches();
  }

  public Extent withFaults(Duration duration) {
    return new Extent(duration, without, clientsMax);
  }

  /** Leaves out some more. */
  public Extent without(Collection<String> kinds) {
    SortedSet<String> all = new TreeSet<>(without);
    all.addAll(kinds);
    return new Extent(faults, all, clientsMax);
  }

  /** What differs from {@link #FULL}: by the names of the command line's options, in a fixed order. */
  public SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    if (!faults.equals(FULL.faults)) {
      settings.put("seconds", String.valueOf(faults.toSeconds()));
    }
    if (!without.isEmpty()) {
      settings.put("without", String.join(",", without));
    }
    if (clientsMax != FULL.clientsMax) {
      settings.put("clients", String.valueOf(clientsMax));
    }
    return settings;
  }

  public Extent withClientsMax(int clients) {
    return new Extent(faults, without, clients);
  }
}
