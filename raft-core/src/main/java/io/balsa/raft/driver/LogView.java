package io.balsa.raft.driver;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.spi.LogStore;
import java.util.List;

/** One group's log, read from memory where it is there, and from the store where not. Thread-safe. */
final class LogView {
  private final GroupId group;
  private final EntryCache cache;
  private final LogStore store;

  LogView(GroupId group, EntryCache cache, LogStore store) {
    this.group = group;
    this.cache = cache;
    this.store = store;
  }

  EntryCache cache() {
    return cache;
  }

  /**
   * Entries from {@code fromIndex} (inclusive) to {@code toIndex} (exclusive), as many as fit, at least one. May read the
   * disk.
   *
   * @return empty if the first one isn't there any more
   */
  List<Entry> read(long fromIndex, long toIndex, long bytesMax) {
    List<Entry> cached = cache.read(fromIndex, toIndex, bytesMax);
    if (!cached.isEmpty()) {
      return cached;
    }
    // What the cache doesn't begin before is durable: only that may be asked of the store.
    long storeToIndex = Math.min(toIndex, cache.firstIndex());
    return fromIndex < storeToIndex
        ? store.read(group, fromIndex, storeToIndex, bytesMax)
        : cache.read(fromIndex, toIndex, bytesMax);
  }

  /** Whether the log holds the entry at this moment. May read the disk. */
  boolean holds(EntryId id) {
    List<Entry> found = read(id.index(), id.index() + 1, 1);
    return !found.isEmpty() && found.get(0).id().equals(id);
  }
}
