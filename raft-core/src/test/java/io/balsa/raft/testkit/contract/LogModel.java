package io.balsa.raft.testkit.contract;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one group's log should be: a map from index to entry. Compaction forgets nothing here,
 * because a store may forget it in a crash. One thread.
 */
public final class LogModel {
  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private final List<SnapshotMeta> bases = new ArrayList<>(List.of(SnapshotMeta.NONE));
  private HardState hardState = HardState.INITIAL;
  private long incarnation;

  /** A model of its own, equal to this one. */
  public LogModel copy() {
    LogModel copy = new LogModel();
    copy.entries.putAll(entries);
    copy.bases.clear();
    copy.bases.addAll(bases);
    copy.hardState = hardState;
    copy.incarnation = incarnation;
    return copy;
  }

  public void persist(PersistBatch batch) {
    hardState = batch.hardState().orElse(hardState);
    batch.resetTo().ifPresent(this::reset);
    if (!batch.entries().isEmpty()) {
      entries.tailMap(batch.entries().get(0).index()).clear();
      batch.entries().forEach(entry -> entries.put(entry.index(), entry));
    }
  }

  public void compact(SnapshotMeta base) {
    bases.add(base);
  }

  /**
   * What the next {@code open} should find. {@code incarnation} isn't part of it: see {@link
   * #adopt}.
   */
  public RestoredState expected() {
    SnapshotMeta base = base();
    List<EntryId> termStarts = new ArrayList<>();
    List<MembershipEntry> memberships = new ArrayList<>();
    long term = -1;
    for (Entry entry : entries.tailMap(base.index(), false).values()) {
      if (entry.term() != term) {
        term = entry.term();
        termStarts.add(entry.id());
      }
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        memberships.add(new MembershipEntry(entry.id(), Membership.decode(entry.payload())));
      }
    }
    return new RestoredState(incarnation, hardState, base, termStarts, lastIndex(), memberships);
  }

  /**
   * Takes over what a store may choose: how much of a compaction it forgot, and how often it was
   * opened.
   *
   * @throws AssertionError if the store begins its log where no base ever was, or counts its openings wrongly
   */
  public void adopt(RestoredState found) {
    int kept = bases.indexOf(found.base());
    if (kept < 0) {
      throw new AssertionError("the log begins at " + found.base() + ", but was given " + bases);
    }
    bases.subList(kept + 1, bases.size()).clear();
    if (found.incarnation() <= incarnation) {
      throw new AssertionError("incarnation " + found.incarnation() + " came after " + incarnation);
    }
    incarnation = found.incarnation();
  }

  /** What {@code LogStore.read} should return. */
  public List<Entry> read(long fromIndex, long toIndex, long bytesMax) {
    List<Entry> found = new ArrayList<>();
    if (fromIndex <= base().index()) {
      return found;
    }
    long bytes = 0;
    for (long index = fromIndex; index < toIndex && entries.containsKey(index); index++) {
      Entry entry = entries.get(index);
      bytes += entry.sizeBytes();
      if (bytes > bytesMax && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  public SnapshotMeta base() {
    return bases.get(bases.size() - 1);
  }

  public long lastIndex() {
    return entries.isEmpty() ? base().index() : Math.max(base().index(), entries.lastKey());
  }

  public HardState hardState() {
    return hardState;
  }

  /** The term at an index from the base's to the last. */
  public long termAt(long index) {
    return index == base().index() ? base().last().term() : entry(index).term();
  }

  /** The base that a compaction through this index would have. */
  public SnapshotMeta baseAt(long index) {
    if (index == base().index()) {
      return base();
    }
    Optional<Entry> newest =
        entries.subMap(base().index(), false, index, true).descendingMap().values().stream()
            .filter(entry -> entry.kind() == EntryKind.MEMBERSHIP)
            .findFirst();
    MembershipEntry membership =
        newest
            .map(e -> new MembershipEntry(e.id(), Membership.decode(e.payload())))
            .orElse(base().membership());
    return new SnapshotMeta(entry(index).id(), membership);
  }

  private Entry entry(long index) {
    Map.Entry<Long, Entry> found = entries.floorEntry(index);
    if (found == null || found.getKey() != index) {
      throw new AssertionError("the model has no entry at " + index);
    }
    return found.getValue();
  }

  private void reset(SnapshotMeta base) {
    entries.clear();
    bases.clear();
    bases.add(base);
  }
}
