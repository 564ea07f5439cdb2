package io.balsa.kv.state;

import io.balsa.kv.model.KeyRange;

/**
 * The history of the store, for watchers that are behind. Callable from any thread while commands are applied: a read
 * sees what was applied, whole batches only, and pins it while it runs.
 *
 * <p>Throws {@link io.balsa.raft.model.NodeStoppedException} once the state machine is closed.
 */
public interface EventSource {

  /** The revision of the newest change that readers can see; 1 for an empty store. */
  long currentRevision();

  /** The oldest revision from which history can be read; -1 before the first compaction. */
  long compactedRevision();

  /**
   * Reads history forward. A revision is never split: the first one is returned whole even if it exceeds the limits.
   * A read that passes over very many events outside the range stops there, perhaps without any revision: read on from
   * {@link HistoryBatch#nextRevision} until it is past the current revision.
   *
   * @param fromRevision the first revision of interest (inclusive); the compacted revision itself is still allowed
   * @param range only events of these keys
   * @param withPrev whether events carry the versions that they replaced: each costs a read
   * @param revisionsMax how many revisions to return at most; positive
   * @param bytesMax stop after the revision with which keys and values, those replaced among them, reach this many
   *     bytes
   * @throws HistoryCompactedException if {@code fromRevision} is before the compacted revision
   */
  HistoryBatch read(
      long fromRevision, KeyRange range, boolean withPrev, int revisionsMax, long bytesMax);
}
