package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.SnapshotMeta;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What must be in memory of one group's log: where it begins and ends, and which rows beside its
 * entries it has.
 *
 * <p>The outline belongs to the writer thread, which moves it on as it fills a write batch.
 * {@link #bounds} are what readers may rely on: published when the batch is in the database.
 */
final class GroupLog {
  /*
   * A reader that misses an entry within the bounds reports damage, so the bounds must never
   * promise what the database doesn't hold. Growth is published after the write. A write that takes
   * something away (a replaced suffix, a reset, a compaction) and the publishing of it happen under
   * the write lock, and each read, with the bounds it goes by, under the read lock. Plain appends
   * take no lock: replication never waits for a reader.
   */

  /**
   * The entries that are there: from {@code firstIndex} (inclusive) to {@code endIndex}
   * (exclusive).
   */
  record Bounds(long firstIndex, long endIndex) {}

  private final GroupId group;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile Bounds bounds;

  private SnapshotMeta base;
  private long lastIndex;

  /**
   * The first entry after the base of each term, and its term. Invariant: empty if and only if the
   * log is.
   */
  private final NavigableMap<Long, Long> termStarts = new TreeMap<>();

  /** The membership entries after the base. */
  private final NavigableSet<Long> memberships = new TreeSet<>();

  GroupLog(GroupId group, SnapshotMeta base, long lastIndex) {
    this.group = group;
    this.base = base;
    this.lastIndex = lastIndex;
    this.bounds = new Bounds(base.index() + 1, lastIndex + 1);
  }

  GroupId group() {
    return group;
  }

  ReentrantReadWriteLock lock() {
    return lock;
  }

  Bounds bounds() {
    return bounds;
  }

  /** Lets readers see the log as the outline has it. */
  void publish() {
    bounds = new Bounds(base.index() + 1, lastIndex + 1);
  }

  SnapshotMeta base() {
    return base;
  }

  long lastIndex() {
    return lastIndex;
  }

  /** Term starts from an index (inclusive) on: those that go when the suffix goes. */
  List<Long> termStartsFrom(long fromIndex) {
    return List.copyOf(termStarts.tailMap(fromIndex, true).keySet());
  }

  List<Long> termStartsThrough(long throughIndex) {
    return List.copyOf(termStarts.headMap(throughIndex, true).keySet());
  }

  List<Long> membershipsFrom(long fromIndex) {
    return List.copyOf(memberships.tailSet(fromIndex, true));
  }

  List<Long> membershipsThrough(long throughIndex) {
    return List.copyOf(memberships.headSet(throughIndex, true));
  }

  /** The term at an index from the base's to the last. */
  long termAt(long index) {
    Map.Entry<Long, Long> start = termStarts.floorEntry(index);
    return start == null ? base.last().term() : start.getValue();
  }

  /** Whether an entry of this term at the end of the log begins a run of its term. */
  boolean startsTerm(long term) {
    return termStarts.isEmpty() || termStarts.lastEntry().getValue() != term;
  }

  void append(Entry entry) {
    long lastTerm = termAt(lastIndex);
    Invariant.check(
        entry.index() == lastIndex + 1 && entry.term() >= lastTerm,
        "%s: %s can't follow %d@t%d",
        group,
        entry.id(),
        lastIndex,
        lastTerm);
    if (startsTerm(entry.term())) {
      termStarts.put(entry.index(), entry.term());
    }
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      memberships.add(entry.index());
    }
    lastIndex = entry.index();
  }

  /** For recovery: what rows were found. */
  void restoreTermStart(long index, long term) {
    termStarts.put(index, term);
  }

  void restoreMembership(long index) {
    memberships.add(index);
  }

  /** Forgets the entries from an index (inclusive) on. */
  void cutFrom(long fromIndex) {
    termStarts.tailMap(fromIndex, true).clear();
    memberships.tailSet(fromIndex, true).clear();
    lastIndex = fromIndex - 1;
  }

  void reset(SnapshotMeta newBase) {
    termStarts.clear();
    memberships.clear();
    base = newBase;
    lastIndex = newBase.index();
  }

  /** Forgets the entries through the base, which is within the log. */
  void compact(SnapshotMeta newBase) {
    long firstIndex = newBase.index() + 1;
    if (newBase.index() < lastIndex) {
      termStarts.put(firstIndex, termAt(firstIndex));
    }
    termStarts.headMap(firstIndex, false).clear();
    memberships.headSet(firstIndex, false).clear();
    base = newBase;
  }
}
