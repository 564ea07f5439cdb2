package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Describe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What the cluster has committed so far, as a list from index 1 on: learned from the first node whose commit index reaches
 * an entry, and then the yardstick for all others.
 */
public final class CommittedLog implements Property {
  private final List<Entry> entries = new ArrayList<>();

  private final LostDisks lostDisks;

  CommittedLog(LostDisks lostDisks) {
    this.lostDisks = lostDisks;
  }

  /** In which term each entry was first seen committed: a leader of a later term must hold it. */
  private final List<Long> commitTerms = new ArrayList<>();

  /** The newest committed membership; empty before the first commit. */
  private Optional<MembershipEntry> membership = Optional.empty();

  /** Whose majorities must hold the last entry. */
  private Membership holders = Membership.NONE;

  @Override
  public void onStepped(NodeView node) {
    long commitIndex = node.status().commitIndex();
    if (commitIndex <= lastIndex()) {
      return;
    }
    membership = Optional.of(node.cache().membershipAt(commitIndex));
    holders = holders(membership.get().membership(), node.status().membership().membership());
    for (long index = lastIndex() + 1; index <= commitIndex; index++) {
      Entry entry = node.cache().entry(index).orElse(null);
      if (entry == null) {
        throw new PropertyViolation(
            name(), node.id() + " commits " + index + ", which it doesn't hold");
      }
      entries.add(entry);
      commitTerms.add(node.status().term());
    }
  }

  /**
   * An entry is committed by the majorities of the membership that is in force at it. Except in a joint membership's end: a
   * leader that has appended C_new decides by C_new alone, also on what is between the two entries. The joint one is
   * committed by then, so nobody can be elected by the outgoing voters alone any more.
   */
  private static Membership holders(Membership atEntry, Membership inForce) {
    return atEntry.isJoint() && !inForce.isJoint() ? inForce : atEntry;
  }

  /** The newest membership that is committed; empty before the first commit. */
  public Optional<MembershipEntry> membership() {
    return membership;
  }

  public long lastIndex() {
    return entries.size();
  }

  /** The last committed entry; {@link EntryId#ZERO} before the first. */
  public EntryId last() {
    return entries.isEmpty() ? EntryId.ZERO : entries.get(entries.size() - 1).id();
  }

  /** The committed entry at the index, which is at most {@link #lastIndex}. */
  public Entry entry(long index) {
    return entries.get(Math.toIntExact(index - 1));
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** For messages: the committed entry at the index, if there is one. */
  String describe(long index) {
    return index < 1 || index > lastIndex() ? "nothing" : Describe.entry(entry(index));
  }

  /** Whether the id is the committed one at its index; the beginning of the log always is. */
  public boolean holds(EntryId id) {
    return id.equals(EntryId.ZERO)
        || (id.index() <= lastIndex() && entry(id.index()).id().equals(id));
  }

  /** The last entry that was committed in a term before the given one. */
  public EntryId lastCommittedBefore(long term) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (commitTerms.get(i) < term) {
        return entries.get(i).id();
      }
    }
    return EntryId.ZERO;
  }

  /** Whether a majority of the voters, of both halves of a joint membership, holds the last committed entry durably. */
  boolean isOnQuorum(ClusterView cluster) {
    return isMajority(cluster, holders.voters())
        && (!holders.isJoint() || isMajority(cluster, holders.outgoingVoters()));
  }

  private boolean isMajority(ClusterView cluster, SortedSet<NodeId> voters) {
    int holding = 0;
    for (NodeView node : cluster.nodes()) {
      if (voters.contains(node.id()) && lostDisks.platterOf(node).holdsCommitted(last())) {
        holding++;
      }
    }
    return holding > voters.size() / 2;
  }
}
