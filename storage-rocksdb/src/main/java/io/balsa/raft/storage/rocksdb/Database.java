package io.balsa.raft.storage.rocksdb;

import io.balsa.raft.model.StorageException;
import java.nio.file.Path;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native handles of one open database, and how it is set up for a log. Thread-safe as RocksDB
 * is.
 */
final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final int INFO_LOG_FILES_MAX = 4;
  private static final long INFO_LOG_BYTES_MAX = 1024 * 1024;
  private static final int BLOCK_BYTES = 16 * 1024;

  private final Cache cache;
  private final Options options;
  private final RocksDB db;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final ReadOptions reading = new ReadOptions().setVerifyChecksums(true);

  private Database(Cache cache, Options options, RocksDB db) {
    this.cache = cache;
    this.options = options;
    this.db = db;
  }

  /**
   * @throws StorageException if it can't be opened whole: locked, missing, damaged
   */
  static Database open(RocksLogConfig config, boolean create) {
    RocksDB.loadLibrary();
    UnreadableRecords.refuse(config.directory());
    try {
      return openWhole(config, create);
    } catch (RocksDBException e) {
      if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
        throw refused(config, e);
      }
      return openWithTornTail(config, create, e);
    }
  }

  RocksDB db() {
    return db;
  }

  WriteOptions synced() {
    return synced;
  }

  ReadOptions reading() {
    return reading;
  }

  /** Closes the database first, then what it was made of. */
  @Override
  public void close() {
    try {
      db.closeE();
    } catch (RocksDBException e) {
      throw new StorageException("the log didn't close cleanly: " + e.getMessage(), e);
    } finally {
      synced.close();
      reading.close();
      options.close();
      cache.close();
    }
  }

  /** Refuses a write-ahead log that can't be replayed to its last byte. */
  private static Database openWhole(RocksLogConfig config, boolean create) throws RocksDBException {
    return open(config, create, WALRecoveryMode.AbsoluteConsistency);
  }

  /** A crash may have torn the last write. It is cut after a second look, and never in silence. */
  private static Database openWithTornTail(
      RocksLogConfig config, boolean create, RocksDBException complaint) {
    Path directory = config.directory();
    String cut = WalTail.check(directory);
    try {
      Database database = open(config, create, WALRecoveryMode.TolerateCorruptedTailRecords);
      log.warn(
          "The write-ahead log in {} ended within a write: {} were cut. This is as it should be"
              + " after a power failure, and a loss if the node was stopped cleanly. ({})",
          directory,
          cut,
          complaint.getMessage());
      return database;
    } catch (RocksDBException e) {
      throw refused(config, e);
    }
  }

  private static Database open(RocksLogConfig config, boolean create, WALRecoveryMode mode)
      throws RocksDBException {
    Cache cache = new LRUCache(config.blockCacheBytes());
    Options options = options(config, cache).setCreateIfMissing(create).setWalRecoveryMode(mode);
    try {
      return new Database(cache, options, RocksDB.open(options, config.directory().toString()));
    } catch (RocksDBException e) {
      options.close();
      cache.close();
      throw e;
    }
  }

  /** Whoever opens the database, all that can be checked is checked. */
  static Options verifying() {
    // The Java API has no setter for this one: a WAL file that went missing, or shrank, since it
    // was closed is found.
    Properties unlisted = new Properties();
    unlisted.setProperty("track_and_verify_wals_in_manifest", "true");
    try (DBOptions database = DBOptions.getDBOptionsFromProps(unlisted);
        ColumnFamilyOptions family = new ColumnFamilyOptions()) {
      return new Options(database, family).setParanoidChecks(true);
    }
  }

  private static Options options(RocksLogConfig config, Cache cache) {
    return verifying()
        .setMaxBgErrorResumeCount(0) // A disk that failed once isn't trusted again.
        .setRecycleLogFileNum(0) // Old records in a reused file could be taken for new ones.
        .setUseFsync(false) // fdatasync: the file's size is data enough.
        .setWriteBufferSize(config.memtableBytes())
        .setMaxWriteBufferNumber(3)
        .setTargetFileSizeBase(config.memtableBytes())
        .setMaxBytesForLevelBase(4 * config.memtableBytes())
        .setCompressionType(CompressionType.NO_COMPRESSION) // Entries live for minutes.
        .setMaxBackgroundJobs(2)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(INFO_LOG_FILES_MAX)
        .setMaxLogFileSize(INFO_LOG_BYTES_MAX)
        .setStatsDumpPeriodSec(0)
        .setTableFormatConfig(
            new BlockBasedTableConfig().setBlockCache(cache).setBlockSize(BLOCK_BYTES));
  }

  private static StorageException refused(RocksLogConfig config, RocksDBException e) {
    Path directory = config.directory();
    String message = String.valueOf(e.getMessage());
    if (message.contains(directory.resolve("LOCK") + ":")) {
      return new StorageException("the log in " + directory + " is in use already", e);
    }
    return RocksFailures.of("can't open the log in " + directory + ": " + message, e);
  }
}
