package io.balsa.raft.protocol.membership;

import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.MembershipEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The memberships of the log, oldest first. The newest is in force from its append on, and stops being in force when its
 * entry is cut off (paper §6; traps L4, M3).
 */
public final class MembershipHistory {
  /** Invariant: never empty, ascending by index; the first is the newest at or before the log's base. */
  private final List<MembershipEntry> entries = new ArrayList<>();

  public MembershipHistory(MembershipEntry base, List<MembershipEntry> inLog) {
    entries.add(base);
    inLog.forEach(this::append);
  }

  /** The membership in force. */
  public MembershipEntry current() {
    return entries.get(entries.size() - 1);
  }

  /** The membership that was in force at the index, which isn't before the log's base. */
  public MembershipEntry at(long index) {
    for (int i = entries.size() - 1; i > 0; i--) {
      if (entries.get(i).id().index() <= index) {
        return entries.get(i);
      }
    }
    return entries.get(0);
  }

  public void append(MembershipEntry entry) {
    Invariant.check(
        entry.id().index() > current().id().index(),
        "the membership of %s follows that of %s",
        entry.id(),
        current().id());
    entries.add(entry);
  }

  /** Returns whether another membership is in force now. */
  public boolean truncateFrom(long fromIndex) {
    boolean changed = false;
    while (entries.size() > 1 && current().id().index() >= fromIndex) {
      entries.remove(entries.size() - 1);
      changed = true;
    }
    return changed;
  }

  public void compactThrough(long throughIndex) {
    while (entries.size() > 1 && entries.get(1).id().index() <= throughIndex) {
      entries.remove(0);
    }
  }

  public void reset(MembershipEntry base) {
    entries.clear();
    entries.add(base);
  }
}
