package io.balsa.kv.state.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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
      return database.db().get(database.columns().of(key), options, key);
    } catch (RocksDBException e) {
      throw database.readFailed(e);
    } finally {
      close();
    }
  }

  @Override
  public byte @Nullable [] getStart(byte[] key, int bytesMax) {
    retain();
    try {
      byte[] start = new byte[bytesMax];
      int size = database.db().get(database.columns().of(key), options, key, start);
      return size == RocksDB.NOT_FOUND ? null : Arrays.copyOf(start, Math.min(size, bytesMax));
    } catch (RocksDBException e) {
      throw database.readFailed(e);
    } finally {
      close();
    }
  }

  @Override
  public StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction) {
    if (Arrays.compareUnsigned(fromKey, toKey) >= 0) {
      return PersistentTree.EMPTY.cursor(fromKey, toKey, direction);
    }
    List<RocksColumns.Part> parts = database.columns().parts(fromKey, toKey);
    if (parts.size() == 1) {
      return cursor(parts.get(0), direction);
    }
    List<StoreCursor> cursors = new ArrayList<>();
    parts.forEach(part -> cursors.add(cursor(part, direction)));
    if (direction == Direction.DOWN) {
      Collections.reverse(cursors);
    }
    return new CursorChain(cursors);
  }

  private StoreCursor cursor(RocksColumns.Part part, Direction direction) {
    retain();
    return new RocksCursor(this, part, direction);
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
