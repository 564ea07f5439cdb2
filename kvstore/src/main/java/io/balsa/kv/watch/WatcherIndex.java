package io.balsa.kv.watch;

import io.balsa.kv.model.KeyRange;
import io.balsa.raft.model.Bytes;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The live watchers, found by a key: single keys by hash, ranges by an interval tree. Owned by the
 * hub's thread.
 */
final class WatcherIndex {
  private final Map<Bytes, Set<Watcher>> singles = new HashMap<>();
  private final IntervalTree<Watcher> ranges = new IntervalTree<>();
  private final Set<Watcher> all = new LinkedHashSet<>();
  private int wantingPrev;

  void add(Watcher watcher) {
    KeyRange range = watcher.range;
    if (all.add(watcher) && watcher.prevKv) {
      wantingPrev++;
    }
    if (range.isSingle()) {
      singles.computeIfAbsent(range.key(), key -> new LinkedHashSet<>()).add(watcher);
    } else {
      ranges.add(range.key(), range.isOpen() ? null : range.end(), watcher);
    }
  }

  void remove(Watcher watcher) {
    KeyRange range = watcher.range;
    if (all.remove(watcher) && watcher.prevKv) {
      wantingPrev--;
    }
    if (range.isSingle()) {
      singles.computeIfPresent(
          range.key(),
          (key, watchers) -> {
            watchers.remove(watcher);
            return watchers.isEmpty() ? null : watchers;
          });
    } else {
      ranges.remove(range.key(), range.isOpen() ? null : range.end(), watcher);
    }
  }

  void watchersOf(Bytes key, Consumer<Watcher> consumer) {
    Set<Watcher> single = singles.get(key);
    if (single != null) {
      single.forEach(consumer);
    }
    if (!ranges.isEmpty()) {
      ranges.covering(key, consumer);
    }
  }

  Set<Watcher> all() {
    return all;
  }

  /** Whether any of them wants to know what was replaced. */
  boolean wantsPrev() {
    return wantingPrev > 0;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }
}
