package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.layout.EntryCodec;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout.Kind;
import io.balsa.raft.storage.rocksdb.layout.RowCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * A log store on RocksDB: all groups of a host in one database, one fsync for the batches of all of
 * them.
 *
 * <p>Threads as {@link LogStore} says. After a write has failed the store refuses everything but
 * {@link #close}: what an fsync that failed has left on disk is unknown, and a second one would
 * only pretend to know (trap D4).
 */
public final class RocksLogStore implements LogStore {
  private final Database database;
  private final RocksDB db;
  private final Map<GroupId, GroupLog> logs = new ConcurrentHashMap<>();
  private final AtomicLong bytesWritten = new AtomicLong();
  private final AtomicLong syncs = new AtomicLong();

  /**
   * Why the store refuses to go on; empty while it doesn't. Set once, by whoever saw it fail, or
   * closed it.
   */
  private volatile String refusal = "";

  private final WriteMark mark;

  private RocksLogStore(Database database, WriteMark mark) {
    this.database = database;
    this.db = database.db();
    this.mark = mark;
  }

  /** Opens the store in this directory with default settings. See {@link #with}. */
  public static RocksLogStore at(Path directory) {
    return with(RocksLogConfig.at(directory));
  }

  /**
   * Opens the store, and creates it where nothing is yet.
   *
   * @throws StorageException if the directory is in use, was written by another version, isn't a
   *     log's, lacks a part, or is damaged
   */
  public static RocksLogStore with(RocksLogConfig config) {
    LogDirectory directory = new LogDirectory(config.directory());
    boolean create = directory.prepare();
    Database database = Database.open(config, create);
    try {
      WriteMark mark = WriteMark.in(config.directory());
      try {
        mark.check(database.db().getLatestSequenceNumber());
        RocksLogStore store = new RocksLogStore(database, mark);
        if (create) {
          store.writeFormat();
          directory.created();
        }
        store.checkFormat();
        return store;
      } catch (RuntimeException e) {
        mark.close();
        throw e;
      }
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  @Override
  public RestoredState open(GroupId group) {
    checkUsable();
    try (WriteBatch batch = new WriteBatch()) {
      LogRecovery recovery = new LogRecovery(db, database.reading(), group);
      long incarnation = recovery.incarnation() + 1;
      RestoredState restored = recovery.restore(incarnation);
      Failpoints.at(RocksFailpoint.ROCKS_LOG_AT_OPEN);
      byte[] key = KeyLayout.key(group, Kind.INCARNATION);
      batch.put(key, RowCodec.encodeNumber(key, incarnation));
      write(batch);
      logs.put(group, recovery.outline(restored));
      return restored;
    } catch (RocksDBException e) {
      throw RocksFailures.of("can't recover " + group + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void persist(List<PersistBatch> batches) {
    checkUsable();
    Invariant.check(!batches.isEmpty(), "nothing to persist");
    Set<GroupLog> touched = new LinkedHashSet<>();
    List<Lock> held = new ArrayList<>();
    try (WriteBatch writes = new WriteBatch()) {
      LogWrites target = new LogWrites(writes);
      for (PersistBatch batch : batches) {
        GroupLog log = log(batch.group());
        touched.add(log);
        if (LogWrites.shrinks(log, batch)) {
          hold(log.lock().writeLock(), held);
        }
        target.persist(log, batch);
      }
      Failpoints.at(RocksFailpoint.ROCKS_LOG_BEFORE_WRITE);
      write(writes);
      Failpoints.at(RocksFailpoint.ROCKS_LOG_AFTER_WRITE);
      touched.forEach(GroupLog::publish);
    } catch (RocksDBException | RuntimeException e) {
      throw failed(e);
    } finally {
      held.forEach(Lock::unlock);
    }
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    checkUsable();
    GroupLog log = log(group);
    Lock lock = log.lock().readLock();
    lock.lock();
    try {
      GroupLog.Bounds bounds = log.bounds();
      long endIndex = Math.min(toIndex, bounds.endIndex());
      return fromIndex < bounds.firstIndex() || fromIndex >= endIndex
          ? List.of()
          : readPresent(group, fromIndex, endIndex, bytesMax);
    } catch (RocksDBException e) {
      throw RocksFailures.of(
          "can't read " + group + " from " + fromIndex + " on: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /*
   * The order in which a crash may find things. The new base and the removal of what lies before it
   * are one batch, so the log never begins later than its base says, nor does anything lie between
   * them. The batch is synced although the SPI doesn't ask for it, because of the next step:
   * dropping whole files is durable at once, through RocksDB's manifest. Were the batch still only
   * in memory when the power fails, the old base would be back without its entries. The fsync costs
   * nothing that counts: there is one for thousands of entries.
   *
   * A dropped file may have held the tombstones of entries in other files, which then come back to
   * life; they lie at or before the base, where nobody reads, and the next compaction's
   * DeleteRange, which begins at 0, buries them again.
   */
  @Override
  public void compact(GroupId group, SnapshotMeta base) {
    checkUsable();
    GroupLog log = log(group);
    if (base.index() <= log.base().index()) {
      return; // The log begins there or later already.
    }
    Invariant.check(
        base.index() <= log.lastIndex() && log.termAt(base.index()) == base.last().term(),
        "%s: the base %s isn't in the log, which ends at %d",
        group,
        base.last(),
        log.lastIndex());
    Failpoints.at(RocksFailpoint.ROCKS_LOG_BEFORE_COMPACT);
    Lock lock = log.lock().writeLock();
    lock.lock();
    try (WriteBatch writes = new WriteBatch()) {
      new LogWrites(writes).compact(log, base);
      write(writes);
      log.publish();
    } catch (RocksDBException | RuntimeException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
    dropFiles(group, base.index());
  }

  /** Closes the database, also after a failure. Idempotent. */
  @Override
  public void close() {
    if (refusal.equals("closed")) {
      return;
    }
    boolean sound = refusal.isEmpty();
    refusal = "closed";
    try (mark) {
      database.close();
      if (sound) {
        mark.keep();
      }
    }
  }

  /**
   * How many bytes were handed to RocksDB's write-ahead log since the store was opened. For
   * benchmarks.
   */
  public long bytesWritten() {
    return bytesWritten.get();
  }

  /** How many synced writes there were since the store was opened. For benchmarks. */
  public long syncs() {
    return syncs.get();
  }

  private List<Entry> readPresent(GroupId group, long fromIndex, long endIndex, long bytesMax)
      throws RocksDBException {
    List<Entry> found = new ArrayList<>();
    long bytes = 0;
    try (RocksIterator rocks = db.newIterator(database.reading())) {
      rocks.seek(KeyLayout.key(group, Kind.ENTRY, fromIndex));
      for (long index = fromIndex; index < endIndex; index++, rocks.next()) {
        Entry entry = current(rocks, group, index);
        bytes += entry.sizeBytes();
        if (bytes > bytesMax && !found.isEmpty()) {
          break;
        }
        found.add(entry);
      }
    }
    return found;
  }

  private static Entry current(RocksIterator rocks, GroupId group, long index)
      throws RocksDBException {
    if (!rocks.isValid()) {
      rocks.status(); // Throws if it isn't the end but damage.
    }
    byte[] key = rocks.isValid() ? rocks.key() : new byte[0];
    if (!KeyLayout.belongs(key, group, Kind.ENTRY) || KeyLayout.indexOf(key) != index) {
      throw new DamageException(group + ": entry " + index + " is missing from the log");
    }
    return EntryCodec.decode(key, rocks.value());
  }

  private void dropFiles(GroupId group, long throughIndex) {
    Failpoints.at(RocksFailpoint.ROCKS_LOG_BEFORE_DROP);
    try {
      List<byte[]> range =
          List.of(
              KeyLayout.key(group, Kind.ENTRY, 0), KeyLayout.key(group, Kind.ENTRY, throughIndex));
      db.deleteFilesInRanges(db.getDefaultColumnFamily(), range, true);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  /** Durable on return. One at a time: the mark must not tell of another's that isn't durable yet. */
  private synchronized void write(WriteBatch batch) {
    try {
      db.write(database.synced(), batch);
      mark.write(db.getLatestSequenceNumber());
    } catch (RocksDBException | StorageException e) {
      throw failed(e);
    }
    bytesWritten.addAndGet(batch.getDataSize());
    syncs.incrementAndGet();
  }

  private void writeFormat() {
    try (WriteBatch batch = new WriteBatch()) {
      byte[] key = KeyLayout.formatKey();
      batch.put(key, RowCodec.encodeNumber(key, LogDirectory.VERSION));
      write(batch);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  /**
   * The file beside the database and the row in it must agree: otherwise one of them was put in the
   * other's place.
   */
  private void checkFormat() {
    try {
      byte[] key = KeyLayout.formatKey();
      byte[] value = db.get(key);
      if (value == null || RowCodec.decodeNumber(key, value) != LogDirectory.VERSION) {
        throw new DamageException("the database in " + db.getName() + " isn't a log's");
      }
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private GroupLog log(GroupId group) {
    GroupLog log = logs.get(group);
    if (log == null) {
      throw new InvariantViolation(group + " was never opened");
    }
    return log;
  }

  private static void hold(Lock lock, List<Lock> held) {
    lock.lock();
    held.add(lock);
  }

  private void checkUsable() {
    if (!refusal.isEmpty()) {
      throw new StorageException("the log can't be used: " + refusal);
    }
  }

  /**
   * The outlines may have moved on without the database: nothing that is still in memory counts any
   * more.
   */
  private RuntimeException failed(Exception e) {
    if (refusal.isEmpty()) {
      refusal = "it failed: " + e.getMessage();
    }
    if (e instanceof RuntimeException known) {
      return known;
    }
    String message = "the log failed: " + e.getMessage();
    return e instanceof RocksDBException rocks
        ? RocksFailures.of(message, rocks)
        : new StorageException(message, e);
  }
}
