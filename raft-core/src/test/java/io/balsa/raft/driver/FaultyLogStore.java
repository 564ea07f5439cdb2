package io.balsa.raft.driver;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import java.util.List;

/** A log store whose disk can be broken. */
final class FaultyLogStore implements LogStore {
  private final LogStore store;
  private boolean stalled;
  private volatile boolean broken;
  private volatile boolean failed;
  private volatile boolean calledAfterFailure;

  FaultyLogStore(LogStore store) {
    this.store = store;
  }

  /** From now on nothing can be written; what waits for a stalled disk fails. */
  synchronized void breakDisk() {
    broken = true;
    notifyAll();
  }

  /** From now on writes don't end until the disk breaks. */
  synchronized void stall() {
    stalled = true;
  }

  private synchronized void awaitDisk() {
    try {
      while (stalled && !broken) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new StorageException("interrupted while the disk stalls", e);
    }
  }

  boolean calledAfterFailure() {
    return calledAfterFailure;
  }

  @Override
  public RestoredState open(GroupId group) {
    return store.open(group);
  }

  @Override
  public void persist(List<PersistBatch> batches) {
    calledAfterFailure |= failed;
    awaitDisk();
    if (broken) {
      failed = true;
      throw new StorageException("the disk was broken by the test");
    }
    store.persist(batches);
  }

  @Override
  public List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax) {
    return store.read(group, fromIndex, toIndex, bytesMax);
  }

  @Override
  public void compact(GroupId group, SnapshotMeta base) {
    store.compact(group, base);
  }

  @Override
  public void close() {
    store.close();
  }
}
