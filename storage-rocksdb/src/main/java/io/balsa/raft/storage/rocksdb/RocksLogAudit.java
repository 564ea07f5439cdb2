package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.storage.rocksdb.layout.EntryCodec;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout;
import io.balsa.raft.storage.rocksdb.layout.KeyLayout.Kind;
import io.balsa.raft.storage.rocksdb.layout.RowCodec;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;

/**
 * A {@link RocksLogStore}'s directory, opened read-only: RocksDB replays its write-ahead log in memory and writes nothing.
 */
public final class RocksLogAudit implements LogAudit {
  static {
    RocksDB.loadLibrary(); // before the first of its objects, which the fields are
  }

  private final Closeable lock;
  private final Options options;
  private final ReadOptions reading = new ReadOptions().setVerifyChecksums(true);
  private final List<Finding> findings = new ArrayList<>();
  private final SortedMap<GroupId, RestoredState> groups = new TreeMap<>();

  /** Null if it is too damaged to be opened. */
  private final @Nullable RocksDB db;

  private RocksLogAudit(Path directory, Closeable lock) {
    this.lock = lock;
    this.options = Database.verifying();
    this.db = openOrTell(directory);
    if (db != null) {
      checkMark(directory, db);
      checkFormat(directory, db);
      verifyFiles(db);
      recover(db);
    }
  }

  /** Whether the directory is one of this kind, or what is left of one. */
  public static boolean isLog(Path directory) {
    return Files.exists(directory.resolve("FORMAT")) || Files.exists(directory.resolve("CURRENT"));
  }

  /**
   * @throws StorageException if the directory isn't a log's, is of another version, or in use
   */
  public static RocksLogAudit open(Path directory) {
    if (!isLog(directory)) {
      throw new StorageException(directory + " isn't the directory of a RocksDB log");
    }
    // There are files, so this only reads, and refuses what lacks its FORMAT.
    if (new LogDirectory(directory).prepare()) {
      throw new StorageException(
          directory + " is a log that was being made: nothing was ever written to it");
    }
    Closeable lock = lock(directory);
    try {
      return new RocksLogAudit(directory, lock);
    } catch (RuntimeException e) {
      unlock(lock);
      throw e;
    }
  }

  /** RocksDB's own lock, which it doesn't take to read. */
  private static Closeable lock(Path directory) {
    try {
      return Disk.ofSystem()
          .lock(directory.resolve("LOCK"))
          .orElseThrow(
              () ->
                  new StorageException(
                      "the log in " + directory + " is in use: stop the member first"));
    } catch (IOException e) {
      throw new StorageException("can't lock the log in " + directory + ": " + e, e);
    }
  }

  private static void unlock(Closeable lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException("can't unlock the log: " + e, e);
    }
  }

  /** As {@link Database#open} goes about it; and if that refuses, what is before the damage. */
  private @Nullable RocksDB openOrTell(Path directory) {
    try {
      UnreadableRecords.refuse(directory);
      return open(directory, WALRecoveryMode.AbsoluteConsistency);
    } catch (StorageException e) {
      findings.add(new Finding(true, String.valueOf(e.getMessage())));
      return null;
    } catch (RocksDBException e) {
      return openWithTornTail(directory, String.valueOf(e.getMessage()));
    }
  }

  private @Nullable RocksDB openWithTornTail(Path directory, String complaint) {
    try {
      String cut = WalTail.check(directory);
      RocksDB opened = open(directory, WALRecoveryMode.TolerateCorruptedTailRecords);
      findings.add(
          new Finding(
              false,
              directory
                  + " ends within a write that was torn and never acknowledged, as a power failure leaves it: the next"
                  + " start cuts off "
                  + cut
                  + " ("
                  + complaint
                  + ")"));
      return opened;
    } catch (StorageException e) {
      findings.add(new Finding(true, String.valueOf(e.getMessage())));
    } catch (RocksDBException e) {
      findings.add(new Finding(true, directory + ": " + complaint));
    }
    try {
      return open(directory, WALRecoveryMode.PointInTimeRecovery);
    } catch (RocksDBException e) {
      return null; // the finding says why
    }
  }

  private RocksDB open(Path directory, WALRecoveryMode mode) throws RocksDBException {
    options.setWalRecoveryMode(mode);
    return RocksDB.openReadOnly(options, directory.toString());
  }

  /** What RocksDB takes for a torn write may have been acknowledged. */
  private void checkMark(Path directory, RocksDB opened) {
    try {
      WriteMark.checkIn(directory, opened.getLatestSequenceNumber());
    } catch (StorageException e) {
      findings.add(new Finding(true, String.valueOf(e.getMessage())));
    }
  }

  private void checkFormat(Path directory, RocksDB opened) {
    try {
      byte[] key = KeyLayout.formatKey();
      byte[] value = opened.get(reading, key);
      if (value == null || RowCodec.decodeNumber(key, value) != LogDirectory.VERSION) {
        findings.add(new Finding(true, "the database in " + directory + " isn't a log's"));
      }
    } catch (RocksDBException | StorageException e) {
      findings.add(new Finding(true, directory + ": " + e.getMessage()));
    }
  }

  private void verifyFiles(RocksDB opened) {
    try {
      opened.verifyChecksum();
    } catch (RocksDBException e) {
      findings.add(new Finding(true, "a sorted file is damaged: " + e.getMessage()));
    }
  }

  private void recover(RocksDB opened) {
    for (GroupId group : groupIds(opened)) {
      try {
        LogRecovery recovery = new LogRecovery(opened, reading, group);
        RestoredState next = recovery.restore(recovery.incarnation() + 1);
        groups.put(
            group,
            new RestoredState(
                recovery.incarnation(),
                next.hardState(),
                next.base(),
                next.termStarts(),
                next.lastIndex(),
                next.memberships()));
      } catch (RocksDBException | StorageException e) {
        findings.add(new Finding(true, String.valueOf(e.getMessage())));
      }
    }
  }

  private List<GroupId> groupIds(RocksDB opened) {
    List<GroupId> ids = new ArrayList<>();
    try (RocksIterator rocks = opened.newIterator(reading)) {
      rocks.seekToFirst();
      while (rocks.isValid()) {
        long group = KeyLayout.groupOf(rocks.key());
        if (group < 0) {
          break; // the store's own row, the last
        }
        ids.add(GroupId.of(group));
        rocks.seek(KeyLayout.behind(GroupId.of(group)));
      }
      rocks.status();
    } catch (RocksDBException | IllegalArgumentException e) {
      findings.add(new Finding(true, "the rows can't be walked through: " + e.getMessage()));
    }
    return ids;
  }

  @Override
  public List<Finding> findings() {
    return findings;
  }

  @Override
  public SortedMap<GroupId, RestoredState> groups() {
    return groups;
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    RestoredState log = groups.get(group);
    if (db == null
        || log == null
        || fromIndex <= log.base().index()
        || fromIndex > log.lastIndex()) {
      return List.of();
    }
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (long index = fromIndex; index < Math.min(toIndex, log.lastIndex() + 1); index++) {
      Entry entry;
      try {
        entry = entry(db, group, index);
      } catch (StorageException e) {
        if (entries.isEmpty()) {
          throw e;
        }
        break; // the next read tells
      }
      bytes += entry.sizeBytes();
      if (bytes > bytesMax && !entries.isEmpty()) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  private Entry entry(RocksDB opened, GroupId group, long index) {
    byte[] key = KeyLayout.key(group, Kind.ENTRY, index);
    try {
      byte[] value = opened.get(reading, key);
      if (value == null) {
        throw new StorageException(group + ": entry " + index + " is missing from the log");
      }
      return EntryCodec.decode(key, value);
    } catch (RocksDBException e) {
      throw new StorageException(group + ": entry " + index + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      if (db != null) {
        db.closeE();
      }
    } catch (RocksDBException e) {
      throw new StorageException("the log didn't close cleanly: " + e.getMessage(), e);
    } finally {
      reading.close();
      options.close();
      unlock(lock);
    }
  }
}
