package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.storage.rocksdb.layout.EntryCodec;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout.Kind;
import io.balsa.raft.storage.rocksdb.layout.RowCodec;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Turns what Raft wants written into one RocksDB write batch, which is atomic, and moves the
 * outlines of the logs on with it. The writer thread.
 */
final class LogWrites {
  /*
   * How entries go. A replaced suffix and a compacted prefix may be long, so they go by one
   * DeleteRange each, not by a Delete for each entry: the batch stays small however much goes, and
   * RocksDB can drop what is covered when it compacts. A range ends exactly behind what is there,
   * so that it never covers (and slows) what will be appended later. Order within the batch counts:
   * what is put after a DeleteRange isn't covered by it. A suffix's range holds only what the new
   * entries don't overwrite, so that the common case, a replacement of the same length, leaves no
   * tombstone at all.
   *
   * Rows beside the entries are few, and known by the outline: they go by Deletes.
   */
  private static final long INDEX_MAX = Long.MAX_VALUE;

  private final WriteBatch target;

  LogWrites(WriteBatch target) {
    this.target = target;
  }

  /** Whether the batch takes something away from readers. */
  static boolean shrinks(GroupLog log, PersistBatch batch) {
    return batch.resetTo().isPresent()
        || !batch.entries().isEmpty() && batch.entries().get(0).index() < log.bounds().endIndex();
  }

  void persist(GroupLog log, PersistBatch batch) throws RocksDBException {
    if (batch.hardState().isPresent()) {
      putHardState(log.group(), batch.hardState().get());
    }
    if (batch.resetTo().isPresent()) {
      reset(log, batch.resetTo().get());
    }
    if (!batch.entries().isEmpty()) {
      replaceSuffix(log, batch.entries());
    }
  }

  void compact(GroupLog log, SnapshotMeta base) throws RocksDBException {
    GroupId group = log.group();
    long first = base.index() + 1;
    for (long index : log.termStartsThrough(base.index())) {
      target.delete(KeyLayout.key(group, Kind.TERM_START, index));
    }
    for (long index : log.membershipsThrough(base.index())) {
      target.delete(KeyLayout.key(group, Kind.MEMBERSHIP, index));
    }
    if (base.index() < log.lastIndex()) {
      putTerm(group, Kind.TERM_START, first, log.termAt(first));
    }
    deleteEntries(group, 0, first);
    putBase(group, base);
    log.compact(base);
  }

  private void reset(GroupLog log, SnapshotMeta base) throws RocksDBException {
    deleteRowsFrom(log, 0);
    deleteEntries(log.group(), 0, INDEX_MAX);
    putBase(log.group(), base);
    log.reset(base);
  }

  private void replaceSuffix(GroupLog log, List<Entry> entries) throws RocksDBException {
    long firstIndex = entries.get(0).index();
    long oldEnd = log.lastIndex() + 1;
    Invariant.check(
        firstIndex > log.base().index() && firstIndex <= oldEnd,
        "%s: entries from %d on don't continue the log %d to %d",
        log.group(),
        firstIndex,
        log.base().index() + 1,
        oldEnd - 1);
    if (firstIndex < oldEnd) {
      deleteRowsFrom(log, firstIndex);
      log.cutFrom(firstIndex);
    }
    for (Entry entry : entries) {
      append(log, entry);
    }
    if (log.lastIndex() + 1 < oldEnd) {
      deleteEntries(log.group(), log.lastIndex() + 1, oldEnd);
    }
  }

  private void append(GroupLog log, Entry entry) throws RocksDBException {
    GroupId group = log.group();
    byte[] key = KeyLayout.key(group, Kind.ENTRY, entry.index());
    target.put(key, EntryCodec.encode(key, entry));
    if (log.startsTerm(entry.term())) {
      putTerm(group, Kind.TERM_START, entry.index(), entry.term());
    }
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      putTerm(group, Kind.MEMBERSHIP, entry.index(), entry.term());
    }
    log.append(entry);
  }

  private void deleteRowsFrom(GroupLog log, long fromIndex) throws RocksDBException {
    for (long index : log.termStartsFrom(fromIndex)) {
      target.delete(KeyLayout.key(log.group(), Kind.TERM_START, index));
    }
    for (long index : log.membershipsFrom(fromIndex)) {
      target.delete(KeyLayout.key(log.group(), Kind.MEMBERSHIP, index));
    }
  }

  private void deleteEntries(GroupId group, long fromIndex, long endIndex) throws RocksDBException {
    target.deleteRange(
        KeyLayout.key(group, Kind.ENTRY, fromIndex), KeyLayout.key(group, Kind.ENTRY, endIndex));
  }

  private void putHardState(GroupId group, HardState hardState) throws RocksDBException {
    byte[] key = KeyLayout.key(group, Kind.HARD_STATE);
    target.put(key, RowCodec.encodeHardState(key, hardState));
  }

  private void putBase(GroupId group, SnapshotMeta base) throws RocksDBException {
    byte[] key = KeyLayout.key(group, Kind.BASE);
    target.put(key, RowCodec.encodeBase(key, base));
  }

  private void putTerm(GroupId group, Kind kind, long index, long term) throws RocksDBException {
    byte[] key = KeyLayout.key(group, kind, index);
    target.put(key, RowCodec.encodeNumber(key, term));
  }
}
