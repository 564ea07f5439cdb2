package io.balsa.kv.state.store;

import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.spi.Snapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows in RocksDB. Opening takes as long with many rows as with few.
 *
 * <p>Readers can't be caught inside by {@link #restore} or {@link #close}: each call and each pin holds the database that
 * it works on, and a replaced or closed one is freed when its last holder leaves.
 */
public final class RocksStore implements OrderedStore {
  private static final Logger LOG = LoggerFactory.getLogger(RocksStore.class);
  private static final long CLOSE_PATIENCE_SECONDS = 10;

  private final StoreDirectory directory;
  private final RocksSettings settings;
  private final CompletableFuture<Void> damaged = new CompletableFuture<>();

  /** The database that counts; null once closed. */
  private volatile @Nullable RocksDatabase database;

  private RocksStore(StoreDirectory directory, RocksSettings settings) {
    this.directory = directory;
    this.settings = settings;
    RocksDatabase opened =
        new RocksDatabase(directory.active(), settings, directory.isNew(), damaged);
    try {
      directory.created();
    } catch (RuntimeException e) {
      opened.release();
      throw e;
    }
    this.database = opened;
  }

  /**
   * @throws io.balsa.raft.model.StorageException if the directory is unusable, damaged, or in use
   */
  public static RocksStore open(Path dir, RocksSettings settings) {
    StoreDirectory directory = StoreDirectory.open(dir);
    try {
      return new RocksStore(directory, settings);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** Puts the files of a database in place. */
  @FunctionalInterface
  public interface Filling {
    void into(Path database) throws IOException;
  }

  /**
   * Makes a store out of the files of a database, in a directory that holds none.
   *
   * @param filling writes them, durably
   * @throws IOException if there is a database, or the filling fails: what is there then is to be removed
   * @throws io.balsa.raft.model.StorageException if the directory is unusable, damaged, or in use
   */
  public static void create(Path dir, Filling filling) throws IOException {
    try (StoreDirectory directory = StoreDirectory.open(dir)) {
      Files.createDirectory(directory.active());
      filling.into(directory.active());
      directory.created();
    }
  }

  /** Whether the directory holds a store, or the beginning of one. */
  public static boolean isIn(Path dir) {
    return StoreDirectory.isIn(dir);
  }

  /** The database that counts, with one hold for the caller. */
  private RocksDatabase retained() {
    while (true) {
      RocksDatabase seen = database;
      if (seen == null) {
        throw new NodeStoppedException("the store is closed");
      }
      // It fails only when a restore or a close came between: then look again.
      if (seen.tryRetain()) {
        return seen;
      }
    }
  }

  @Override
  public CompletableFuture<Void> damaged() {
    return damaged;
  }

  @Override
  public StorePin pin() {
    return new RocksPin(retained());
  }

  @Override
  public void write(StoreWrites writes) {
    RocksDatabase held = retained();
    try {
      held.write(writes);
    } finally {
      held.release();
    }
  }

  @Override
  public void flush() {
    RocksDatabase held = retained();
    try {
      held.flush();
    } finally {
      held.release();
    }
  }

  @Override
  public void reclaim() {
    RocksDatabase held = retained();
    try {
      held.reclaim();
    } finally {
      held.release();
    }
  }

  @Override
  public Snapshot capture() {
    return new RocksCapture(checkpoint());
  }

  @Override
  public Backup backup() {
    return new RocksBackup(checkpoint());
  }

  private synchronized Path checkpoint() {
    RocksDatabase held = retained();
    try {
      held.flush();
      Path target = directory.nextCapture();
      held.checkpoint(target);
      Failpoints.at(KvFailpoint.CAPTURE_AFTER_CHECKPOINT);
      return target;
    } finally {
      held.release();
    }
  }

  @Override
  public synchronized void restore(DataInputStream snapshot, Arrival arrival) throws IOException {
    RocksDatabase replaced = retained();
    try {
      Path next = directory.prepareNext();
      RocksCapture.receive(snapshot, next);
      RocksDatabase incoming = new RocksDatabase(next, settings, false, damaged);
      try {
        admit(incoming, arrival);
        Failpoints.at(KvFailpoint.RESTORE_BEFORE_ACTIVATE);
        directory.activateNext();
        Failpoints.at(KvFailpoint.RESTORE_AFTER_ACTIVATE);
      } catch (IOException | RuntimeException e) {
        incoming.release();
        throw e;
      }
      database = incoming;
      replaced.release();
    } finally {
      replaced.release();
    }
    discard(replaced);
  }

  private static void admit(RocksDatabase incoming, Arrival arrival) {
    StoreWrites corrections;
    incoming.tryRetain();
    try (StorePin rows = new RocksPin(incoming)) {
      corrections = arrival.inspect(rows);
    }
    if (!corrections.isEmpty()) {
      incoming.write(corrections);
      incoming.flush();
    }
  }

  /** Removes the files of a replaced database if nobody reads it any more; otherwise the next start does. */
  private static void discard(RocksDatabase replaced) throws IOException {
    if (replaced.awaitFreed(0, TimeUnit.SECONDS)) {
      FileTree.delete(replaced.path());
    }
  }

  @Override
  public long sizeBytes() {
    RocksDatabase held = retained();
    try {
      long files = held.property("rocksdb.total-sst-files-size");
      return Math.max(1, files + held.property("rocksdb.cur-size-all-mem-tables"));
    } finally {
      held.release();
    }
  }

  @Override
  public long liveBytes() {
    RocksDatabase held = retained();
    try {
      long files = held.property("rocksdb.estimate-live-data-size");
      return Math.max(1, files + held.property("rocksdb.cur-size-all-mem-tables"));
    } finally {
      held.release();
    }
  }

  @Override
  public synchronized void close() {
    RocksDatabase last = database;
    if (last == null) {
      return;
    }
    database = null;
    last.cancelReclaims();
    last.release();
    if (!last.awaitFreed(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      LOG.warn("{} stays open: somebody still reads from it", last.path());
    }
    directory.close();
  }
}
