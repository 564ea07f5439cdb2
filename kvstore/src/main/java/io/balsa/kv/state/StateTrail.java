package io.balsa.kv.state;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the commands of the log made of the state, in one number at every thousandth entry: members that went another way have other
 * numbers from there on. The apply thread adds; any thread looks.
 */
final class StateTrail {
  /** At every so many entries. */
  static final long STEP = 1_000;

  private static final int KEPT = 64;

  /** Replaced by the apply thread. */
  private volatile NavigableMap<Long, Long> hashes = Collections.emptyNavigableMap();

  void add(SortedMap<Long, Long> more) {
    if (more.isEmpty()) {
      return;
    }
    TreeMap<Long, Long> next = new TreeMap<>(hashes);
    next.putAll(more);
    while (next.size() > KEPT) {
      next.pollFirstEntry();
    }
    hashes = Collections.unmodifiableNavigableMap(next);
  }

  /** The newest of them: by index, what came of all commands before it. */
  NavigableMap<Long, Long> hashes() {
    return hashes;
  }
}
