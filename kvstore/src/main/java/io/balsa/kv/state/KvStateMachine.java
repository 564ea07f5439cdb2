package io.balsa.kv.state;

import io.balsa.kv.command.MemberPublish;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.Snapshot;
import java.io.DataInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The store as a state machine: MVCC keys, leases, members.
 *
 * <p>The methods of {@link DurableStateMachine} belong to the apply thread; everything else may be called from any
 * thread, sees what was applied, and throws {@link io.balsa.raft.model.NodeStoppedException} once closed. A failed
 * store throws {@link io.balsa.raft.model.StorageException}: the node stops.
 */
public final class KvStateMachine implements DurableStateMachine<KvResult>, AutoCloseable {

  private KvStateMachine() {}

  /**
   * Opens the state in a directory of its own, creating it if need be. As fast with many keys as with none.
   *
   * @throws io.balsa.raft.model.StorageException if the directory is unusable or damaged
   */
  public static KvStateMachine open(Path dir, KvStateConfig config) {
    throw new UnsupportedOperationException(dir + " " + config);
  }

  /** A state on the heap, for simulations and tests: gone with the process. */
  public static KvStateMachine inMemory(KvStateConfig config) {
    throw new UnsupportedOperationException(config.toString());
  }

  /** Who hears of what is applied; at most one. Set it before the first command is applied. */
  public void setListener(ApplyListener listener) {
    throw new UnsupportedOperationException(listener.toString());
  }

  /** Pins the state as it is now, to read from it. */
  public ReadView view() {
    throw new UnsupportedOperationException();
  }

  /** The history of events. */
  public EventSource events() {
    throw new UnsupportedOperationException();
  }

  /** The leases. */
  public LeaseView leases() {
    throw new UnsupportedOperationException();
  }

  /** What the members published about themselves, by id as an unsigned number. */
  public List<MemberPublish> members() {
    throw new UnsupportedOperationException();
  }

  /** Bytes on disk and in memory tables; never 0. */
  public long dbSize() {
    throw new UnsupportedOperationException();
  }

  /** The part of {@link #dbSize} that isn't waiting to be reclaimed, estimated; never 0. */
  public long dbSizeInUse() {
    throw new UnsupportedOperationException();
  }

  /**
   * The checksum up to a revision; 0 for the current one. Reads everything: slow.
   *
   * @throws io.balsa.kv.model.KvException for a future or compacted revision
   */
  public HashKv hashKv(long revision) {
    throw new UnsupportedOperationException(Long.toString(revision));
  }

  /**
   * Completes when the history before a compacted revision is removed from the store; at once if it is. Fails with
   * {@link io.balsa.raft.model.NodeStoppedException} when the state machine is closed first. Completed on the
   * compaction thread: hand over, don't block.
   */
  public CompletableFuture<Void> compactionDone(long revision) {
    throw new UnsupportedOperationException(Long.toString(revision));
  }

  /**
   * Removes one batch of compacted history; for state machines without a background thread.
   *
   * @return whether there is more to remove
   */
  public boolean compactStep() {
    throw new UnsupportedOperationException();
  }

  @Override
  public EntryId lastApplied() {
    throw new UnsupportedOperationException();
  }

  @Override
  public KvResult apply(EntryId id, Bytes command) {
    return applyAll(List.of(Entry.command(id, command)), id).get(0);
  }

  @Override
  public List<KvResult> applyAll(List<Entry> commands, EntryId through) {
    throw new UnsupportedOperationException(through.toString());
  }

  @Override
  public EntryId flush() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Snapshot capture() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void restore(SnapshotMeta meta, DataInputStream snapshot) {
    throw new UnsupportedOperationException(meta.toString());
  }

  /**
   * Stops the background work and closes the store, after views that are still open have been given a moment to finish.
   * What wasn't flushed is applied again from the log next time.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
