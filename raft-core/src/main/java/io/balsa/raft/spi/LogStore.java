package io.balsa.raft.spi;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import java.util.List;

/**
 * The durable logs and hard states of all groups of one host.
 *
 * <p>One thread writes ({@link #persist}, {@link #compact}); any thread may {@link #read} at the same time. A store that
 * throws {@link StorageException} once is never called again, except for {@link #close}: the node stops.
 */
public interface LogStore extends AutoCloseable {

  /**
   * Recovers one group. Called before any other call for it, on the thread that starts the group; and again when the group
   * was closed and is opened once more, while no other call for it is under way.
   *
   * <p>Durable on return: the incarnation, one above that of the last time. A write that was torn by a crash was never
   * acknowledged and is gone, whole; damage anywhere else is refused.
   *
   * @throws StorageException if the group can't be read back whole
   */
  RestoredState open(GroupId group);

  /**
   * Writes the batches in order, each of them all or nothing. Called on the writer thread, with at least one batch, often
   * with those of many groups: one flush serves them all.
   *
   * <p>Durable on return: everything. After an exception nothing may be assumed, and nothing is tried again.
   *
   * @throws StorageException if any of it may not be durable
   */
  void persist(List<PersistBatch> batches);

  /**
   * Entries from {@code fromIndex} (inclusive) to {@code toIndex} (exclusive), as many as fit {@code bytesMax} by {@link
   * Entry#sizeBytes}, at least one. Called on any thread.
   *
   * @return empty if the first entry isn't there any more: compacted, or cut off since
   * @throws StorageException if an entry that should be there can't be read whole
   */
  List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax);

  /**
   * Lets the log begin after {@code base}: entries through it may go. Called on the writer thread, for a base within the
   * log, when a snapshot or the state machine itself holds all of it durably. Needn't be durable on return: after a crash
   * the log may begin earlier, never later.
   *
   * @throws StorageException if the store is unusable from now on
   */
  void compact(GroupId group, SnapshotMeta base);

  /** Releases everything. Called once, after the last other call has returned. */
  @Override
  void close();
}
