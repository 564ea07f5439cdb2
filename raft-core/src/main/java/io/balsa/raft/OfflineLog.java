package io.balsa.raft;

import io.balsa.raft.driver.Rewriting;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What an operator's tool writes into the log of a group that doesn't run: the beginning of a new group, and the end of one
 * whose majority is lost. Stateless; use the stores on one thread, and close them before a node opens them.
 *
 * <p>Raft's promises end where this begins. Whoever calls it sees to it that no other node of the old group ever hears of
 * this one again: by another cluster id, or another address.
 */
public final class OfflineLog {
  /*
   * Why the others must not hear of it. A node that was made the only voter commits alone. The two that were lost, back from
   * the dead, are a majority of the old group and commit without it. Each side is right in its own log; as one group they
   * would overwrite each other's committed entries.
   */
  private OfflineLog() {}

  /**
   * Begins a group that already has a state, on each of its members alike: all of them hold the same state, which stands
   * for everything through one entry, and none needs the others to have been there from the first (as it would with {@code
   * initialVoters}).
   *
   * @param through the entry that the state stands for, of term 1 or later; the state machine says it has applied it
   * @param voters the same on all members
   * @throws io.balsa.raft.model.StorageException if the log isn't empty, or can't be written
   */
  public static void begin(
      LogStore log, GroupId group, EntryId through, Collection<NodeId> voters) {
    if (through.term() < 1 || through.index() < 1) {
      throw new IllegalArgumentException(
          "a state stands for an entry of term 1 at least, not " + through);
    }
    MembershipEntry membership = new MembershipEntry(through, Membership.ofVoters(voters));
    Rewriting.begin(log, group, new SnapshotMeta(through, membership));
  }

  /**
   * Makes a node the only member of its group. All entries of its log are kept, also those that may never have been
   * committed, since it can't tell them from those that were; what it hadn't received is lost, acknowledged or not. It votes
   * for itself in a new term, and leads as soon as it starts.
   *
   * @param durable the last entry in the state machine, if that keeps its own state
   * @param commands what the state machine is to be told before it: they are appended first, in the same write
   * @return the membership that was appended
   * @throws io.balsa.raft.model.StorageException if the log is empty, doesn't fit the state, or can't be written
   */
  public static MembershipEntry makeOnlyVoter(
      LogStore log,
      SnapshotStore snapshots,
      GroupId group,
      NodeId self,
      Optional<EntryId> durable,
      List<Bytes> commands) {
    return Rewriting.makeOnlyVoter(log, snapshots, group, self, durable, commands);
  }
}
