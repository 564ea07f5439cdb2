package io.balsa.raft.spi;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Snapshots on disk: the newest whole one of each group, and at most one in the making.
 *
 * <p>Called from the host's snapshot and apply threads, never by two threads for the same group at once.
 */
public interface SnapshotStore extends AutoCloseable {

  /**
   * The newest snapshot that was committed. Leftovers of unfinished ones are ignored.
   *
   * @throws StorageException if the directory can't be read
   */
  Optional<SnapshotMeta> latest(GroupId group);

  /**
   * Begins a snapshot; it doesn't exist for anyone before {@link Writer#commit}. A second call discards what an earlier,
   * uncommitted writer wrote.
   */
  Writer create(GroupId group, SnapshotMeta meta);

  /**
   * The bytes of the snapshot that {@link #latest} names. The stream throws an {@link java.io.IOException} rather than
   * return a byte that isn't the one written.
   *
   * @throws StorageException if there is no such snapshot or its header is damaged
   */
  InputStream open(GroupId group, SnapshotMeta meta);

  @Override
  void close();

  /** One snapshot in the making. One thread at a time. */
  interface Writer extends AutoCloseable {
    /** Appends a piece. */
    void write(Bytes chunk);

    /** Bytes written so far. */
    long size();

    /** Makes the snapshot durable, then visible, then removes older ones. Throws {@link StorageException} if it can't. */
    void commit();

    /** Discards the snapshot unless it was committed. */
    @Override
    void close();
  }
}
