package io.balsa.kv.state.store;

import io.balsa.raft.model.StorageException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/** A RocksDB snapshot that keeps its database open. Every read holds the pin while it is inside native code. */
final class RocksPin implements StorePin {
  private final RocksDatabase database;
  private final RefCount refs = new RefCount();
  private final Snapshot snapshot;
  private final ReadOptions options;

  /** Takes over one hold on the database. */
  RocksPin(RocksDatabase database) {
    this.database = database;
    this.snapshot = database.db().getSnapshot();
    this.options = new ReadOptions().setSnapshot(snapshot);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    retain();
    try {
      return database.db().get(options, key);
    } catch (RocksDBException e) {
      throw new StorageException("can't read " + database.path(), e);
    } finally {
      close();
    }
  }

  @Override
  public byte @Nullable [] getStart(byte[] key, int bytesMax) {
    retain();
    try {
      byte[] start = new byte[bytesMax];
      int size = database.db().get(options, key, start);
      return size == RocksDB.NOT_FOUND ? null : Arrays.copyOf(start, Math.min(size, bytesMax));
    } catch (RocksDBException e) {
      throw new StorageException("can't read " + database.path(), e);
    } finally {
      close();
    }
  }

  @Override
  public StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction) {
    if (Arrays.compareUnsigned(fromKey, toKey) >= 0) {
      return PersistentTree.EMPTY.cursor(fromKey, toKey, direction);
    }
    retain();
    return new RocksCursor(this, new RocksCursor.Bounds(fromKey, toKey, direction));
  }

  private void retain() {
    if (!refs.tryRetain()) {
      throw new IllegalStateException("nobody holds this pin any more");
    }
  }

  RocksDatabase database() {
    return database;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  @Override
  public boolean tryRetain() {
    return refs.tryRetain();
  }

  @Override
  public void close() {
    if (refs.release()) {
      options.close();
      database.db().releaseSnapshot(snapshot);
      database.release();
    }
  }
}
