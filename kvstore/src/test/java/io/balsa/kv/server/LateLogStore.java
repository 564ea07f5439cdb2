package io.balsa.kv.server;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.LogStore;
import java.util.ArrayList;
import java.util.List;

/**
 * The bug of answering before the log is on disk: says that a batch is durable when it is in memory only, and writes what has
 * gathered two seconds later. A process that is killed meanwhile forgets what it has promised.
 */
final class LateLogStore implements LogStore {
  private static final long LATE_NANOS = 2_000_000_000;

  private final LogStore store;

  // Guarded by this.
  private final List<PersistBatch> waiting = new ArrayList<>();
  private long waitingSince;

  LateLogStore(LogStore store) {
    this.store = store;
  }

  @Override
  public RestoredState open(GroupId group) {
    return store.open(group);
  }

  @Override
  public synchronized void persist(List<PersistBatch> batches) {
    if (waiting.isEmpty()) {
      waitingSince = System.nanoTime();
    }
    waiting.addAll(batches);
    if (System.nanoTime() - waitingSince > LATE_NANOS) {
      write();
    }
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    write();
    return store.read(group, fromIndex, toIndex, bytesMax);
  }

  @Override
  public void compact(GroupId group, SnapshotMeta base) {
    write();
    store.compact(group, base);
  }

  @Override
  public void close() {
    write();
    store.close();
  }

  private synchronized void write() {
    if (!waiting.isEmpty()) {
      store.persist(List.copyOf(waiting));
      waiting.clear();
    }
  }
}
