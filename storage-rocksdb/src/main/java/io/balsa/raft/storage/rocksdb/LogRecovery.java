package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.storage.rocksdb.layout.EntryCodec;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout.Kind;
import io.balsa.raft.storage.rocksdb.layout.RowCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Reads one group back, in time that grows with its terms and memberships, not with its entries.
 * For one thread, once.
 *
 * <p>What doesn't fit together is a {@link StorageException}: the first and the last entry are
 * there and readable, each term begins with an entry of that term, each membership row stands for a
 * membership entry. An entry that is missing between those is found when it is read.
 */
final class LogRecovery {
  private final RocksDB db;
  private final ReadOptions options;
  private final GroupId group;

  private final SnapshotMeta base;
  private final long lastIndex;

  LogRecovery(RocksDB db, ReadOptions options, GroupId group) throws RocksDBException {
    this.db = db;
    this.options = options;
    this.group = group;
    this.base = get(Kind.BASE, RowCodec::decodeBase).orElse(SnapshotMeta.NONE);
    this.lastIndex = Math.max(base.index(), lastEntryIndex());
  }

  /** How often the group was opened before. */
  long incarnation() throws RocksDBException {
    return get(Kind.INCARNATION, RowCodec::decodeNumber).orElse(0L);
  }

  GroupLog outline(RestoredState restored) {
    GroupLog log = new GroupLog(group, base, lastIndex);
    restored.termStarts().forEach(id -> log.restoreTermStart(id.index(), id.term()));
    restored.memberships().forEach(entry -> log.restoreMembership(entry.id().index()));
    return log;
  }

  RestoredState restore(long incarnation) throws RocksDBException {
    HardState hardState = get(Kind.HARD_STATE, RowCodec::decodeHardState).orElse(HardState.INITIAL);
    List<EntryId> termStarts = termStarts();
    List<MembershipEntry> memberships = memberships();
    boolean known =
        !hardState.equals(HardState.INITIAL) || !base.equals(SnapshotMeta.NONE) || lastIndex > 0;
    require(!known || incarnation > 1, "its count of openings is gone");
    return new RestoredState(incarnation, hardState, base, termStarts, lastIndex, memberships);
  }

  private List<EntryId> termStarts() throws RocksDBException {
    List<EntryId> starts = rows(Kind.TERM_START);
    require(
        starts.isEmpty() == (lastIndex == base.index()),
        "it has " + starts.size() + " terms, from base " + base.last() + " to " + lastIndex);
    EntryId prev = base.last();
    for (EntryId start : starts) {
      boolean follows =
          prev.index() == base.index()
              ? start.index() == base.index() + 1 && start.term() >= prev.term()
              : start.term() > prev.term();
      require(follows, "the term start " + start + " can't follow " + prev);
      require(entry(start.index()).term() == start.term(), "no entry is at the start " + start);
      prev = start;
    }
    if (!starts.isEmpty()) {
      long lastTerm = entry(lastIndex).term();
      require(
          lastTerm == prev.term(),
          "its last entry " + lastIndex + "@t" + lastTerm + " isn't of its last term " + prev);
    }
    return starts;
  }

  private List<MembershipEntry> memberships() throws RocksDBException {
    List<MembershipEntry> memberships = new ArrayList<>();
    for (EntryId id : rows(Kind.MEMBERSHIP)) {
      Entry entry = entry(id.index());
      require(
          entry.id().equals(id) && entry.kind() == EntryKind.MEMBERSHIP,
          "no membership is at " + id);
      try {
        memberships.add(new MembershipEntry(id, Membership.decode(entry.payload())));
      } catch (IllegalArgumentException e) {
        throw new DamageException(group + ": the membership " + id + ": " + e.getMessage(), e);
      }
    }
    return memberships;
  }

  /** All rows of a kind whose value is a term. */
  private List<EntryId> rows(Kind kind) throws RocksDBException {
    List<EntryId> rows = new ArrayList<>();
    try (RocksIterator rocks = db.newIterator(options)) {
      rocks.seek(KeyLayout.key(group, kind));
      while (rocks.isValid() && KeyLayout.belongs(rocks.key(), group, kind)) {
        byte[] key = rocks.key();
        long index = KeyLayout.indexOf(key);
        require(
            index > base.index() && index <= lastIndex,
            "a row of index " + index + " lies outside of the log, which ends at " + lastIndex);
        rows.add(new EntryId(RowCodec.decodeNumber(key, rocks.value()), index));
        rocks.next();
      }
      rocks.status();
    }
    return rows;
  }

  /** 0 for none. An entry at or before the base is a leftover that nobody reads. */
  private long lastEntryIndex() throws RocksDBException {
    try (RocksIterator rocks = db.newIterator(options)) {
      rocks.seekForPrev(KeyLayout.key(group, Kind.ENTRY, Long.MAX_VALUE));
      rocks.status();
      boolean found = rocks.isValid() && KeyLayout.belongs(rocks.key(), group, Kind.ENTRY);
      return found ? KeyLayout.indexOf(rocks.key()) : 0;
    }
  }

  private Entry entry(long index) throws RocksDBException {
    byte[] key = KeyLayout.key(group, Kind.ENTRY, index);
    byte[] value = db.get(options, key);
    if (value == null) {
      throw new DamageException(group + ": entry " + index + " is missing from the log");
    }
    return EntryCodec.decode(key, value);
  }

  private <T> Optional<T> get(Kind kind, BiFunction<byte[], byte[], T> decoder)
      throws RocksDBException {
    byte[] key = KeyLayout.key(group, kind);
    byte[] value = db.get(options, key);
    return value == null ? Optional.empty() : Optional.of(decoder.apply(key, value));
  }

  private void require(boolean condition, String complaint) {
    if (!condition) {
      throw new DamageException(group + ": the log is damaged: " + complaint);
    }
  }
}
