package io.balsa.kv.ctl;

import io.balsa.kv.state.store.FileTree;
import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.spi.LogAudit.Finding;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A log made anew out of what can be read of a damaged one, which is kept beside it. One thread, once. */
final class LogRebuild {
  /*
   * The new log is written beside the old one, and read back; then the old one is renamed, then the new one gets its name.
   * A crash before that leaves the old log; one between the two renames leaves none, and a member refuses to start with a
   * state and no log. Nothing is ever removed.
   */
  private static final long PIECE_BYTES = 1 << 20;

  private final LogAudit audit;
  private final EntryId applied;

  /**
   * @param applied the last entry in the member's state, which needn't be in the log; zero if there is none
   */
  LogRebuild(LogAudit audit, EntryId applied) {
    this.audit = audit;
    this.applied = applied;
  }

  /**
   * What the new log of a group will hold.
   *
   * @param base where it begins
   * @param last its last entry
   * @param lost the first entry that was in the log and is neither in the new one nor in the state; 0 for none
   */
  record Plan(RestoredState old, SnapshotMeta base, long last, long lost) {}

  Plan plan(GroupId group, LogCheck.Group found) {
    RestoredState old = found.log();
    SnapshotMeta base = old.base();
    boolean inState =
        applied.index() > base.index()
            && applied.index() <= old.lastIndex()
            && found.firstBad() > 0
            && found.firstBad() <= applied.index();
    if (inState) {
      base = new SnapshotMeta(applied, old.membershipAt(applied.index()));
    }
    long firstBad = firstBadAfter(group, found, base.index());
    long last = firstBad == 0 ? old.lastIndex() : firstBad - 1;
    return new Plan(old, base, last, firstBad);
  }

  private long firstBadAfter(GroupId group, LogCheck.Group found, long index) {
    if (found.lastBad() <= index) {
      return 0;
    }
    long next = Math.max(index + 1, found.firstBad());
    while (next <= found.lastBad() && isReadable(group, next)) {
      next++;
    }
    return next;
  }

  private boolean isReadable(GroupId group, long index) {
    try {
      return !audit.read(group, index, index + 1, PIECE_BYTES).isEmpty();
    } catch (StorageException e) {
      return false; // that is the answer
    }
  }

  /**
   * Writes the new log.
   *
   * @return where it is, until {@link #swap}
   */
  Path write(Path directory, boolean fileLog, Map<GroupId, Plan> plans) throws IOException {
    Path fresh = directory.resolveSibling(directory.getFileName() + ".rebuilding");
    FileTree.delete(fresh);
    try (LogStore store = fileLog ? FileLogStore.at(fresh) : RocksLogStore.at(fresh)) {
      for (Map.Entry<GroupId, Plan> plan : plans.entrySet()) {
        write(store, plan.getKey(), plan.getValue());
      }
    }
    return fresh;
  }

  /** Gives the new log its name; the old one gets another, which is returned. */
  static Path swap(Path directory, Path fresh) throws IOException {
    Path kept = directory.resolveSibling(directory.getFileName() + ".damaged-1");
    for (int i = 2; Files.exists(kept); i++) {
      kept = directory.resolveSibling(directory.getFileName() + ".damaged-" + i);
    }
    Files.move(directory, kept, StandardCopyOption.ATOMIC_MOVE);
    Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    Disk.ofSystem().force(directory.resolveSibling("."));
    return kept;
  }

  /** Ids that were given under an incarnation must not be given again, so the new log counts on from the old one. */
  private void write(LogStore store, GroupId group, Plan plan) {
    while (store.open(group).incarnation() < plan.old().incarnation()) {}
    store.persist(
        List.of(
            new PersistBatch(
                group, 1, Optional.of(hardState(plan)), Optional.of(plan.base()), List.of())));
    long next = plan.base().index() + 1;
    while (next <= plan.last()) {
      List<Entry> piece = audit.read(group, next, plan.last() + 1, PIECE_BYTES);
      store.persist(List.of(new PersistBatch(group, 1, Optional.empty(), Optional.empty(), piece)));
      next += piece.size();
    }
  }

  /**
   * The member votes as if it still had what is lost: nobody is elected by it who lacks an entry that it may have
   * acknowledged. Where the log broke off, nobody knows how far it went: then it stands behind every entry of the last term
   * that is known, and helps only those that have one of a later term.
   */
  private HardState hardState(Plan plan) {
    HardState old = plan.old().hardState();
    EntryId acknowledged = EntryId.ZERO;
    if (audit.findings().stream().anyMatch(Finding::damage)) {
      acknowledged = new EntryId(old.term(), Long.MAX_VALUE);
    } else if (plan.lost() > 0) {
      List<EntryId> starts = plan.old().termStarts();
      long lastTerm =
          starts.isEmpty() ? plan.old().base().last().term() : starts.get(starts.size() - 1).term();
      acknowledged = new EntryId(lastTerm, plan.old().lastIndex());
    }
    return acknowledged.compareTo(old.forgotten()) > 0
        ? new HardState(old.term(), old.votedFor(), acknowledged)
        : old;
  }
}
