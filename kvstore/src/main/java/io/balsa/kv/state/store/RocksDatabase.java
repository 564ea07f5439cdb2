package io.balsa.kv.state.store;

import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open RocksDB and everything native that belongs to it, freed when its last holder leaves: the store itself, each
 * pin, each call that is inside.
 *
 * <p>Its own write-ahead log is off, because the Raft log is one already. There is one column family: memory tables are
 * flushed in the order in which they were filled and a batch never straddles two, so that what a crash leaves is always a
 * prefix of the batches.
 */
final class RocksDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(RocksDatabase.class);

  static {
    RocksDB.loadLibrary();
  }

  private final RefCount refs = new RefCount();
  private final CountDownLatch freed = new CountDownLatch(1);
  private final Path path;
  private final Cache cache;
  private final BloomFilter filter = new BloomFilter(10);
  private final Options options;
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final RocksDB db;

  // Guarded by this.
  private final List<CompactRangeOptions> reclaims = new ArrayList<>();
  private boolean reclaimsCancelled;

  /**
   * @param create whether it may be missing, and is created then
   */
  RocksDatabase(Path path, RocksSettings settings, boolean create) {
    this.path = path;
    this.cache = new LRUCache(settings.blockCacheBytes());
    this.options = options(settings, cache, filter).setCreateIfMissing(create);
    try {
      this.db = RocksDB.open(options, path.toString());
    } catch (RocksDBException e) {
      freeSettings();
      throw new StorageException("can't open the database in " + path, e);
    }
  }

  private static Options options(RocksSettings settings, Cache cache, BloomFilter filter) {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setFilterPolicy(filter)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    return new Options()
        .setWriteBufferSize(settings.memtableBytes())
        .setTableFormatConfig(tables)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setLevelCompactionDynamicLevelBytes(true)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2);
  }

  /** One holder more; false if it is freed, or about to be. */
  boolean tryRetain() {
    return refs.tryRetain();
  }

  /** One holder less; the last one frees it. */
  void release() {
    if (refs.release()) {
      free();
    }
  }

  private void free() {
    try {
      db.closeE();
    } catch (RocksDBException e) {
      LOG.warn(
          "closing the database in {} failed; what wasn't flushed comes again from the log",
          path,
          e);
    }
    freeSettings();
    freed.countDown();
  }

  private void freeSettings() {
    writeOptions.close();
    options.close();
    filter.close();
    cache.close();
  }

  /** Whether the last holder left in time. */
  boolean awaitFreed(long timeout, TimeUnit unit) {
    try {
      return freed.await(timeout, unit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  Path path() {
    return path;
  }

  /** For a holder only. */
  RocksDB db() {
    return db;
  }

  void write(StoreWrites writes) {
    boolean rowByRow = SerializedBatch.isTooLarge(writes);
    try (WriteBatch batch =
        rowByRow ? new WriteBatch() : new WriteBatch(SerializedBatch.of(writes))) {
      if (rowByRow) {
        addRows(batch, writes);
      }
      db.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw new StorageException("can't write to " + path, e);
    }
  }

  private static void addRows(WriteBatch batch, StoreWrites writes) throws RocksDBException {
    for (Map.Entry<byte[], byte[]> row : writes.all().entrySet()) {
      if (StoreWrites.isDeletion(row.getValue())) {
        batch.delete(row.getKey());
      } else {
        batch.put(row.getKey(), row.getValue());
      }
    }
  }

  void flush() {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      db.flush(wait);
    } catch (RocksDBException e) {
      throw new StorageException("can't flush " + path, e);
    }
  }

  /**
   * Rewrites all files, without what was deleted. Blocks; throws NodeStoppedException when it is cancelled.
   */
  void reclaim() {
    flush();
    try (CompactRangeOptions wholly =
        new CompactRangeOptions()
            .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)
            .setExclusiveManualCompaction(false)) {
      begin(wholly);
      try {
        db.compactRange(db.getDefaultColumnFamily(), null, null, wholly);
      } finally {
        end(wholly);
      }
    } catch (RocksDBException e) {
      ensureNotCancelled();
      throw new StorageException("can't reclaim space in " + path, e);
    }
  }

  private synchronized void begin(CompactRangeOptions reclaim) {
    ensureNotCancelled();
    reclaims.add(reclaim);
  }

  /** From now on nobody touches it: it may be freed. */
  private synchronized void end(CompactRangeOptions reclaim) {
    reclaims.remove(reclaim);
  }

  private synchronized void ensureNotCancelled() {
    if (reclaimsCancelled) {
      throw new NodeStoppedException("the store is closed");
    }
  }

  /** Ends the reclaims under way soon, and refuses further ones. */
  synchronized void cancelReclaims() {
    reclaimsCancelled = true;
    reclaims.forEach(reclaim -> reclaim.setCanceled(true));
  }

  void checkpoint(Path target) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw new StorageException("can't capture " + path, e);
    }
  }

  long property(String name) {
    try {
      return db.getLongProperty(name);
    } catch (RocksDBException e) {
      throw new StorageException("can't measure " + path, e);
    }
  }
}
