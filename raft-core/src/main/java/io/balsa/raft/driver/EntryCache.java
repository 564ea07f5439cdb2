package io.balsa.raft.driver;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Invariant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tail of one group's log in memory, so that replication and apply seldom read the disk. Thread-safe: the loop appends,
 * the log writer says what is durable, the applier and the readers read.
 */
final class EntryCache {
  /*
   *      persisted                   in the store only     in both, evicted first     in memory only
   *   1 ─────────────────────────── firstIndex ──────────── persistedIndex ──────────── nextIndex
   *
   * Only durable entries are evicted, because the store can't read the others. So the bound may be exceeded by what is
   * on its way to the disk: the leader's window for a follower; for a leader whose disk is slower than its followers',
   * whatever they have committed meanwhile.
   */
  private static final int SLOTS_MIN = 16;

  private final long bytesMax;

  /** The entry of index i is in slot i modulo the length, a power of two. Invariant: holds [firstIndex, nextIndex). */
  private @Nullable Entry[] slots = new @Nullable Entry[SLOTS_MIN];

  private long firstIndex;
  private long nextIndex;
  private long persistedIndex;
  private long bytes;

  /**
   * @param lastIndex of the log as it was recovered; none of it is cached
   */
  EntryCache(long bytesMax, long lastIndex) {
    this.bytesMax = bytesMax;
    this.firstIndex = lastIndex + 1;
    this.nextIndex = lastIndex + 1;
    this.persistedIndex = lastIndex;
  }

  /** Takes new entries; they replace everything from the first one's index on. */
  synchronized void append(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    truncateFrom(entries.get(0).index());
    for (Entry entry : entries) {
      Invariant.check(
          entry.index() == nextIndex, "entry %s follows index %d", entry.id(), nextIndex - 1);
      if (nextIndex - firstIndex == slots.length) {
        grow();
      }
      slots[slot(nextIndex)] = entry;
      nextIndex++;
      bytes += entry.sizeBytes();
    }
    evict();
  }

  /** The log was thrown away and begins after {@code baseIndex}. */
  synchronized void reset(long baseIndex) {
    clear(baseIndex + 1);
    persistedIndex = baseIndex;
  }

  /** Nothing happens in the group, and all members hold its log: its entries may be read from the store, should anyone ask. */
  synchronized void release() {
    while (firstIndex < nextIndex && firstIndex <= persistedIndex) {
      forget(firstIndex);
      firstIndex++;
    }
    if (firstIndex == nextIndex) {
      slots = new @Nullable Entry[SLOTS_MIN];
    }
  }

  /**
   * The entry is durable, and so is all before it. Ignored if the entry was replaced meanwhile: then what stands before
   * that index now may be younger than the write.
   */
  synchronized void persisted(EntryId last) {
    Entry held = get(last.index());
    if (held != null && held.id().equals(last)) {
      persistedIndex = Math.max(persistedIndex, last.index());
      evict();
    }
  }

  /**
   * Entries from {@code fromIndex} (inclusive) to {@code toIndex} (exclusive), as many as fit, at least one.
   *
   * @return empty if the first one isn't here
   */
  synchronized List<Entry> read(long fromIndex, long toIndex, long readBytesMax) {
    List<Entry> found = new ArrayList<>();
    long foundBytes = 0;
    for (long index = fromIndex; index < toIndex; index++) {
      Entry entry = get(index);
      if (entry == null || (!found.isEmpty() && foundBytes + entry.sizeBytes() > readBytesMax)) {
        break;
      }
      found.add(entry);
      foundBytes += entry.sizeBytes();
    }
    return found;
  }

  /** The term at the index, or -1 if the entry isn't here. */
  synchronized long termAt(long index) {
    Entry entry = get(index);
    return entry == null ? -1 : entry.term();
  }

  /** Everything before it must be read from the store. */
  synchronized long firstIndex() {
    return firstIndex;
  }

  private void truncateFrom(long index) {
    if (index < firstIndex) {
      clear(index);
    }
    while (nextIndex > index) {
      nextIndex--;
      forget(nextIndex);
    }
    persistedIndex = Math.min(persistedIndex, index - 1);
  }

  private void clear(long newFirstIndex) {
    while (firstIndex < nextIndex) {
      forget(firstIndex);
      firstIndex++;
    }
    firstIndex = newFirstIndex;
    nextIndex = newFirstIndex;
  }

  private void evict() {
    while (bytes > bytesMax && firstIndex < nextIndex && firstIndex <= persistedIndex) {
      forget(firstIndex);
      firstIndex++;
    }
  }

  private void forget(long index) {
    Entry entry = slots[slot(index)];
    Invariant.check(entry != null && entry.index() == index, "no entry %d in the cache", index);
    if (entry != null) {
      bytes -= entry.sizeBytes();
    }
    slots[slot(index)] = null;
  }

  private @Nullable Entry get(long index) {
    return index >= firstIndex && index < nextIndex ? slots[slot(index)] : null;
  }

  private void grow() {
    @Nullable Entry[] larger = new @Nullable Entry[slots.length * 2];
    for (long index = firstIndex; index < nextIndex; index++) {
      larger[(int) (index & (larger.length - 1))] = slots[slot(index)];
    }
    slots = larger;
  }

  private int slot(long index) {
    return (int) (index & (slots.length - 1));
  }
}
