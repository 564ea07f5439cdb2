package io.balsa.raft.driver;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes into the log of a group that doesn't run what no running node would. Stateless; the thread that calls. */
public final class Rewriting {
  private Rewriting() {}

  /** Throws {@link StorageException} for a log that isn't empty. */
  public static void begin(LogStore log, GroupId group, SnapshotMeta base) {
    if (!log.open(group).isEmpty()) {
      throw new StorageException(group + ": the log isn't empty. Nothing was written");
    }
    HardState hardState = new HardState(base.last().term(), Optional.empty());
    log.persist(
        List.of(new PersistBatch(group, 1, Optional.of(hardState), Optional.of(base), List.of())));
  }

  /** Returns the membership entry that makes {@code self} the only member. */
  public static MembershipEntry makeOnlyVoter(
      LogStore log,
      SnapshotStore snapshots,
      GroupId group,
      NodeId self,
      Optional<EntryId> durable,
      List<Bytes> commands) {
    RestoredState found = log.open(group);
    if (found.isEmpty()) {
      throw new StorageException(
          group + ": the log is empty: there is nothing to go on with. Nothing was written");
    }
    Recovery recovery =
        Recovery.plan(
            group, found, new GroupSnapshots(group, snapshots).latest(), durable, List.of());
    recovery.write().ifPresent(batch -> log.persist(List.of(batch)));
    RestoredState now = recovery.log();
    long term = now.hardState().term() + 1;
    long next = now.lastIndex() + 1;
    List<Entry> entries = new ArrayList<>();
    for (Bytes command : commands) {
      entries.add(Entry.command(new EntryId(term, next++), command));
    }
    EntryId id = new EntryId(term, next);
    Membership alone = Membership.ofVoters(List.of(self));
    entries.add(Entry.membership(id, alone));
    log.persist(
        List.of(
            new PersistBatch(
                group,
                1,
                Optional.of(new HardState(term, Optional.of(self))),
                Optional.empty(),
                entries)));
    return new MembershipEntry(id, alone);
  }
}
