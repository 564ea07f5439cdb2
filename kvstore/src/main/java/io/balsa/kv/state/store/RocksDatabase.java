package io.balsa.kv.state.store;

import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.storage.rocksdb.RocksFailures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
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
 * <p>Its own write-ahead log is off, because the Raft log is one already. There are two column families: one for the rows whose
 * keys only grow, whose files never overlap and so are never rewritten, and one for all others. Their memory tables are flushed
 * together, as one, in the order in which they were filled, and a batch never straddles two: so what a crash leaves is always
 * a prefix of the batches.
 */
final class RocksDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(RocksDatabase.class);

  private static final byte[] GROWING = "growing".getBytes(StandardCharsets.US_ASCII);

  static {
    RocksDB.loadLibrary();
  }

  private final RefCount refs = new RefCount();
  private final CountDownLatch freed = new CountDownLatch(1);
  private final Path path;
  private final CompletableFuture<Void> damaged;
  private final Cache cache;
  private final BloomFilter filter = new BloomFilter(10);
  private final DBOptions options;
  private final ColumnFamilyOptions mixedOptions;
  private final ColumnFamilyOptions growingOptions;
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final RocksDB db;
  private final RocksColumns columns;

  // Guarded by this.
  private final List<CompactRangeOptions> reclaims = new ArrayList<>();
  private boolean reclaimsCancelled;

  /**
   * @param create whether it may be missing, and is created then
   * @param damaged fails when a read finds damage
   */
  RocksDatabase(
      Path path, RocksSettings settings, boolean create, CompletableFuture<Void> damaged) {
    this.path = path;
    this.damaged = damaged;
    this.cache = new LRUCache(settings.blockCacheBytes());
    this.options =
        new DBOptions()
            .setCreateIfMissing(create)
            // One that lacks it is of an earlier version, which kept everything in one.
            .setCreateMissingColumnFamilies(create)
            .setAtomicFlush(true)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setKeepLogFileNum(2);
    // Rows are looked up one by one among the mixed ones only: these are worth a filter and a hash
    // index.
    this.mixedOptions =
        columnOptions(settings)
            .setTableFormatConfig(
                tables(cache)
                    .setFilterPolicy(filter)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                    .setDataBlockHashTableUtilRatio(0.75));
    this.growingOptions = columnOptions(settings).setTableFormatConfig(tables(cache));
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      this.db =
          RocksDB.open(
              options,
              path.toString(),
              List.of(
                  new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, mixedOptions),
                  new ColumnFamilyDescriptor(GROWING, growingOptions)),
              handles);
    } catch (RocksDBException e) {
      freeSettings();
      throw RocksFailures.of("can't open the database in " + path, e);
    }
    this.columns = new RocksColumns(handles.get(0), handles.get(1), settings.growingTable());
  }

  private static BlockBasedTableConfig tables(Cache cache) {
    return new BlockBasedTableConfig()
        .setBlockCache(cache)
        .setCacheIndexAndFilterBlocks(true)
        .setPinL0FilterAndIndexBlocksInCache(true);
  }

  /** Whichever memory table is full first has all of them flushed: half each is what one was. */
  private static ColumnFamilyOptions columnOptions(RocksSettings settings) {
    return new ColumnFamilyOptions()
        .setWriteBufferSize(settings.memtableBytes() / 2)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setLevelCompactionDynamicLevelBytes(true);
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
    columns.close();
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
    mixedOptions.close();
    growingOptions.close();
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

  /** What a failed read means. Damage is told, too: whoever reads isn't who can stop the member. */
  StorageException readFailed(RocksDBException e) {
    StorageException failure = RocksFailures.of("can't read " + path, e);
    DamageException.in(failure).ifPresent(damaged::completeExceptionally);
    return failure;
  }

  /** For a holder only. */
  RocksDB db() {
    return db;
  }

  /** For a holder only. */
  RocksColumns columns() {
    return columns;
  }

  void write(StoreWrites writes) {
    boolean rowByRow = SerializedBatch.isTooLarge(writes);
    try (WriteBatch batch =
        rowByRow ? new WriteBatch() : new WriteBatch(SerializedBatch.of(writes, columns))) {
      if (rowByRow) {
        addRows(batch, writes);
      }
      db.write(writeOptions, batch);
    } catch (RocksDBException e) {
      throw RocksFailures.of("can't write to " + path, e);
    }
  }

  private void addRows(WriteBatch batch, StoreWrites writes) throws RocksDBException {
    for (Map.Entry<byte[], byte[]> row : writes.all().entrySet()) {
      ColumnFamilyHandle column = columns.of(row.getKey());
      if (StoreWrites.isDeletion(row.getValue())) {
        batch.delete(column, row.getKey());
      } else {
        batch.put(column, row.getKey(), row.getValue());
      }
    }
  }

  void flush() {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      db.flush(wait, columns.all());
    } catch (RocksDBException e) {
      throw RocksFailures.of("can't flush " + path, e);
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
        for (ColumnFamilyHandle column : columns.all()) {
          db.compactRange(column, null, null, wholly);
        }
      } finally {
        end(wholly);
      }
    } catch (RocksDBException e) {
      ensureNotCancelled();
      throw RocksFailures.of("can't reclaim space in " + path, e);
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
      throw RocksFailures.of("can't capture " + path, e);
    }
  }

  /** Of all columns together. */
  long property(String name) {
    try {
      return db.getAggregatedLongProperty(name);
    } catch (RocksDBException e) {
      throw RocksFailures.of("can't measure " + path, e);
    }
  }
}
