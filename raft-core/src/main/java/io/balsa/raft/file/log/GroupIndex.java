package io.balsa.raft.file.log;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is in memory of one group's log: everything but the entries, and where those lie. Guarded by the store. */
final class GroupIndex {
  private final GroupId group;
  private long incarnation;
  private HardState hardState = HardState.INITIAL;
  private SnapshotMeta base = SnapshotMeta.NONE;

  /** Of the entries after the base, in order. {@link Location#NOWHERE} while a scan hasn't met the entry. */
  private final LongDeque locations = new LongDeque();

  /** The term of each run of entries, by its first index. */
  private final TreeMap<Long, Long> terms = new TreeMap<>();

  private final TreeMap<Long, MembershipEntry> memberships = new TreeMap<>();

  GroupIndex(GroupId group) {
    this.group = group;
  }

  GroupId group() {
    return group;
  }

  long incarnation() {
    return incarnation;
  }

  HardState hardState() {
    return hardState;
  }

  SnapshotMeta base() {
    return base;
  }

  long firstIndex() {
    return base.index() + 1;
  }

  long lastIndex() {
    return base.index() + locations.size();
  }

  /** Where the entry lies; it is one between the first and the last. */
  long locationOf(long index) {
    return locations.get((int) (index - firstIndex()));
  }

  /** The oldest segment that holds a live entry, or {@link Long#MAX_VALUE}. */
  long oldestSegment() {
    return locations.isEmpty() ? Long.MAX_VALUE : Location.segment(locations.get(0));
  }

  void open(long newIncarnation) {
    incarnation = newIncarnation;
  }

  void setHardState(HardState newHardState) {
    hardState = newHardState;
  }

  void reset(SnapshotMeta newBase) {
    base = newBase;
    locations.clear();
    terms.clear();
    memberships.clear();
  }

  /** Takes over what a segment's head says: entries through the last one lie in segments that may be gone by now. */
  void carry(long newIncarnation, HardState newHardState, SnapshotMeta newBase, long lastIndex) {
    incarnation = newIncarnation;
    hardState = newHardState;
    reset(newBase);
    for (long index = firstIndex(); index <= lastIndex; index++) {
      locations.add(Location.NOWHERE);
    }
  }

  /** The entry takes the place of everything from its index on. */
  void append(Entry entry, long location) {
    Invariant.check(
        base.index() < entry.index() && entry.index() <= lastIndex() + 1,
        "%s: entry %s leaves a gap after %d",
        group,
        entry.id(),
        lastIndex());
    cutFrom(entry.index());
    Map.Entry<Long, Long> before = terms.lastEntry();
    if (before == null || before.getValue() != entry.term()) {
      terms.put(entry.index(), entry.term());
    }
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      Bytes encoded = entry.payload();
      memberships.put(entry.index(), new MembershipEntry(entry.id(), Membership.decode(encoded)));
    }
    locations.add(location);
  }

  /** Whether a segment's head says what the segments before it said. */
  boolean agreesWith(
      long otherIncarnation, HardState otherState, SnapshotMeta otherBase, long otherLast) {
    return incarnation == otherIncarnation
        && hardState.equals(otherState)
        && base.equals(otherBase)
        && lastIndex() == otherLast;
  }

  private void cutFrom(long fromIndex) {
    if (fromIndex <= lastIndex()) {
      locations.truncate((int) (fromIndex - firstIndex()));
      terms.tailMap(fromIndex, true).clear();
      memberships.tailMap(fromIndex, true).clear();
    }
  }

  void compact(SnapshotMeta newBase) {
    if (newBase.index() <= base.index()) {
      return;
    }
    Invariant.check(
        newBase.index() <= lastIndex(),
        "%s: the base %s isn't in the log, which ends at %d",
        group,
        newBase.last(),
        lastIndex());
    locations.dropFirst((int) (newBase.index() - base.index()));
    base = newBase;
    Map.Entry<Long, Long> run = terms.floorEntry(firstIndex());
    terms.headMap(firstIndex(), false).clear();
    if (run != null && !locations.isEmpty()) {
      terms.put(firstIndex(), run.getValue());
    }
    memberships.headMap(firstIndex(), false).clear();
  }

  RestoredState restored() {
    List<EntryId> termStarts = new ArrayList<>();
    if (!locations.isEmpty()) {
      for (Map.Entry<Long, Long> run : terms.entrySet()) {
        termStarts.add(new EntryId(run.getValue(), run.getKey()));
      }
    }
    return new RestoredState(
        incarnation,
        hardState,
        base,
        termStarts,
        lastIndex(),
        new ArrayList<>(memberships.values()));
  }

  /** The first entry that should be there and isn't; 0 when all are. */
  long firstMissing() {
    for (int i = 0; i < locations.size(); i++) {
      if (locations.get(i) == Location.NOWHERE) {
        return firstIndex() + i;
      }
    }
    return 0;
  }
}
