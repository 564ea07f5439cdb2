package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node's hard state and log as one place holds them: its cache, or its platter. One thread.
 *
 * <p>Refuses what no log store could write: a gap, or a change below the base.
 */
public final class LogImage {
  private HardState hardState = HardState.INITIAL;
  private SnapshotMeta base;

  /** The entries from {@code base.index() + 1} on, without a gap. */
  private final List<Entry> entries = new ArrayList<>();

  public LogImage(SnapshotMeta base) {
    this.base = base;
  }

  public LogImage copy() {
    LogImage copy = new LogImage(base);
    copy.hardState = hardState;
    copy.entries.addAll(entries);
    return copy;
  }

  /** Applies a batch in the order that its documentation promises: hard state, reset, entries. */
  public void write(PersistBatch batch) {
    batch.hardState().ifPresent(this::writeHardState);
    batch.resetTo().ifPresent(this::resetTo);
    if (!batch.entries().isEmpty()) {
      replaceFrom(batch.entries());
    }
  }

  public void writeHardState(HardState state) {
    hardState = state;
  }

  public void resetTo(SnapshotMeta meta) {
    base = meta;
    entries.clear();
  }

  /** The first entry's index and everything after it is replaced. */
  public void replaceFrom(List<Entry> suffix) {
    long first = suffix.get(0).index();
    Invariant.check(
        base.index() < first && first <= lastIndex() + 1,
        "entries from %d written into a log of %d..%d",
        first,
        base.index() + 1,
        lastIndex());
    truncateFrom(first);
    entries.addAll(suffix);
  }

  /** Entries from the index on are gone. */
  public void truncateFrom(long index) {
    entries.subList(offset(index), entries.size()).clear();
  }

  /** The log begins after the new base; an older base than the present one changes nothing. */
  public void compact(SnapshotMeta newBase) {
    if (newBase.index() <= base.index()) {
      return;
    }
    Invariant.check(
        holds(newBase.last()), "compacted through %s, which the log doesn't hold", newBase.last());
    entries.subList(0, offset(newBase.index() + 1)).clear();
    base = newBase;
  }

  public HardState hardState() {
    return hardState;
  }

  public SnapshotMeta base() {
    return base;
  }

  public long lastIndex() {
    return base.index() + entries.size();
  }

  public EntryId last() {
    return entries.isEmpty() ? base.last() : entries.get(entries.size() - 1).id();
  }

  /** The entry, unless it is behind the base or after the end. */
  public Optional<Entry> entry(long index) {
    return index <= base.index() || index > lastIndex()
        ? Optional.empty()
        : Optional.of(entries.get(offset(index)));
  }

  /** The id at the index, as far as it is known: also the base's own, not those behind it. */
  public Optional<EntryId> idAt(long index) {
    return index == base.index() ? Optional.of(base.last()) : entry(index).map(Entry::id);
  }

  /** Whether the entry is known to be in this log: as an entry, or as the base's last. */
  public boolean holds(EntryId id) {
    long index = id.index();
    if (index == base.index()) {
      return base.last().equals(id);
    }
    return index > base.index()
        && index <= lastIndex()
        && entries.get(offset(index)).term() == id.term();
  }

  /** As {@link #holds}; what the base covers is committed, so for a committed id it counts as held. */
  public boolean holdsCommitted(EntryId id) {
    return id.index() < base.index() || holds(id);
  }

  /** Both ends inclusive; both must be there. */
  public List<Entry> entries(long fromIndex, long throughIndex) {
    return List.copyOf(entries.subList(offset(fromIndex), offset(throughIndex + 1)));
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The newest membership at or before the index, for a snapshot's metadata. */
  public MembershipEntry membershipAt(long index) {
    for (long i = Math.min(index, lastIndex()); i > base.index(); i--) {
      Entry entry = entries.get(offset(i));
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        return new MembershipEntry(entry.id(), Membership.decode(entry.payload()));
      }
    }
    return base.membership();
  }

  /** What a log store would report of this image when it is opened. */
  public RestoredState restored(long incarnation) {
    List<EntryId> termStarts = new ArrayList<>();
    List<MembershipEntry> memberships = new ArrayList<>();
    long term = -1;
    for (Entry entry : entries) {
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

  private int offset(long index) {
    return Math.toIntExact(index - base.index() - 1);
  }
}
