package io.balsa.raft.memory;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log store on a disk that is only memory: what was persisted outlives the store, not the
 * process.
 *
 * <p>The store is a handle on its disk, as a process is. {@link #reopen} takes the disk away from
 * it and hands it to a new store, whether the old one was closed or not: a crash is {@code reopen}
 * without {@code close}. A store without a disk fails like one whose disk died.
 *
 * <p>Thread-safe. Fails only when misused.
 */
public final class MemoryLogStore implements LogStore {

  /** What survives a crash. Guards itself: every access holds its monitor. */
  private static final class Disk {
    private final Map<GroupId, Log> logs = new TreeMap<>();

    /** The one store that may use this disk. */
    private MemoryLogStore owner;

    private Disk(MemoryLogStore owner) {
      this.owner = owner;
    }
  }

  private final Disk disk;
  private boolean closed;

  /** A store on a new, empty disk. */
  public MemoryLogStore() {
    this.disk = new Disk(this);
  }

  private MemoryLogStore(Disk disk) {
    this.disk = disk;
  }

  /** A new store on the same disk, as after a restart. This one is never usable again. */
  public MemoryLogStore reopen() {
    synchronized (disk) {
      if (disk.owner != this) {
        throw new StorageException("the disk of this store was handed over already");
      }
      closed = true;
      disk.owner = new MemoryLogStore(disk);
      return disk.owner;
    }
  }

  @Override
  public RestoredState open(GroupId group) {
    synchronized (disk) {
      checkUsable();
      Log log = disk.logs.computeIfAbsent(group, Log::new);
      log.incarnation++;
      return log.restore();
    }
  }

  @Override
  public void persist(List<PersistBatch> batches) {
    synchronized (disk) {
      checkUsable();
      Invariant.check(!batches.isEmpty(), "nothing to persist");
      for (PersistBatch batch : batches) {
        log(batch.group()).write(batch);
      }
    }
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    synchronized (disk) {
      checkUsable();
      return log(group).read(fromIndex, toIndex, bytesMax);
    }
  }

  @Override
  public void compact(GroupId group, SnapshotMeta base) {
    synchronized (disk) {
      checkUsable();
      log(group).compact(base);
    }
  }

  @Override
  public void close() {
    synchronized (disk) {
      closed = true;
    }
  }

  private void checkUsable() {
    if (closed) {
      throw new StorageException("this store was closed, or its disk handed over");
    }
  }

  private Log log(GroupId group) {
    Log log = disk.logs.get(group);
    if (log == null) {
      throw new InvariantViolation(group + " was never opened");
    }
    return log;
  }

  /** One group's log. */
  private static final class Log {
    private final GroupId group;
    private final List<Entry> entries = new ArrayList<>();
    private long incarnation;
    private HardState hardState = HardState.INITIAL;

    /** Invariant: the entry at {@code entries[i]} has the index {@code base.index() + 1 + i}. */
    private SnapshotMeta base = SnapshotMeta.NONE;

    private Log(GroupId group) {
      this.group = group;
    }

    private void write(PersistBatch batch) {
      hardState = batch.hardState().orElse(hardState);
      if (batch.resetTo().isPresent()) {
        base = batch.resetTo().get();
        entries.clear();
      }
      if (!batch.entries().isEmpty()) {
        long firstIndex = batch.entries().get(0).index();
        Invariant.check(
            firstIndex > base.index() && firstIndex <= lastIndex() + 1,
            "%s: entries from %d on don't continue the log %d to %d",
            group,
            firstIndex,
            base.index() + 1,
            lastIndex());
        entries.subList(offset(firstIndex), entries.size()).clear();
        batch.entries().forEach(this::append);
      }
    }

    private void append(Entry entry) {
      EntryId last = lastId();
      Invariant.check(
          entry.index() == last.index() + 1 && entry.term() >= last.term(),
          "%s: %s can't follow %s",
          group,
          entry.id(),
          last);
      entries.add(entry);
    }

    private List<Entry> read(long fromIndex, long toIndex, long bytesMax) {
      List<Entry> found = new ArrayList<>();
      if (fromIndex <= base.index()) {
        return found;
      }
      long endIndex = Math.min(toIndex, lastIndex() + 1);
      long bytes = 0;
      for (long index = fromIndex; index < endIndex; index++) {
        Entry entry = entries.get(offset(index));
        bytes += entry.sizeBytes();
        if (bytes > bytesMax && !found.isEmpty()) {
          break;
        }
        found.add(entry);
      }
      return found;
    }

    private void compact(SnapshotMeta newBase) {
      if (newBase.index() <= base.index()) {
        return; // The log begins there or later already.
      }
      Invariant.check(
          newBase.index() <= lastIndex()
              && entries.get(offset(newBase.index())).id().equals(newBase.last()),
          "%s: the base %s isn't in the log, which ends at %s",
          group,
          newBase.last(),
          lastId());
      entries.subList(0, offset(newBase.index()) + 1).clear();
      base = newBase;
    }

    private RestoredState restore() {
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

    private EntryId lastId() {
      return entries.isEmpty() ? base.last() : entries.get(entries.size() - 1).id();
    }

    private long lastIndex() {
      return base.index() + entries.size();
    }

    private int offset(long index) {
      return Math.toIntExact(index - base.index() - 1);
    }
  }
}
