package io.balsa.raft.driver;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.SnapshotStore;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One group's part of the snapshot store: calls to it come one at a time, and one snapshot at most is in the making, ours or
 * a leader's. Thread-safe.
 */
final class GroupSnapshots {
  private final GroupId group;
  private final SnapshotStore store;
  private final AtomicBoolean inTheMaking = new AtomicBoolean();

  GroupSnapshots(GroupId group, SnapshotStore store) {
    this.group = group;
    this.store = store;
  }

  /**
   * Asks for the right to make a snapshot. Whoever receives one keeps the right until the state machine has restored it:
   * a newer one would remove it from under the reader.
   *
   * @return whether it is the caller's now, until {@link #end}
   */
  boolean tryBegin() {
    return inTheMaking.compareAndSet(false, true);
  }

  void end() {
    inTheMaking.set(false);
  }

  synchronized Optional<SnapshotMeta> latest() {
    return store.latest(group);
  }

  synchronized InputStream open(SnapshotMeta meta) {
    return store.open(group, meta);
  }

  synchronized SnapshotStore.Writer create(SnapshotMeta meta) {
    return store.create(group, meta);
  }

  /** Keeps the snapshot, unless a newer one is kept already: a repeated chunk may have brought an old one once more. */
  synchronized void commit(SnapshotStore.Writer writer, SnapshotMeta meta) {
    boolean isNews = latest().map(kept -> kept.index() < meta.index()).orElse(true);
    if (isNews) {
      writer.commit();
    }
  }
}
