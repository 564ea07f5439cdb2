package io.balsa.kv.state;

import io.balsa.kv.command.TokenIssue;
import java.util.List;

/**
 * Hears what was applied. Called on the apply thread, after the batch is visible to readers, in the order of the log;
 * everything else waits, so return at once. An exception stops the node.
 *
 * <p>Within one batch the lease calls and {@link #onCompacted} come in log order, then {@link #onApplied} once.
 */
public interface ApplyListener {

  /**
   * A batch changed keys.
   *
   * @param revisions the new revisions, ascending; those that hold too much to be kept in memory are left out and are to
   *     be read from history
   * @param revision the current revision now
   */
  default void onApplied(List<RevisionEvents> revisions, long revision) {}

  /** Reads and watches before this revision fail from now on. */
  default void onCompacted(long revision) {}

  /** A lease exists from now on. */
  default void onLeaseGranted(long id, long ttlSeconds) {}

  /** A lease is gone, revoked or expired, and its keys with it (their events come with {@link #onApplied}). */
  default void onLeaseRevoked(long id) {}

  /** The leader logged how long the lease still has. */
  default void onLeaseCheckpointed(long id, long remainingSeconds) {}

  /** Members came, went, or are otherwise reached or called. */
  default void onMembersChanged() {}

  /** A user has got a token; of old entries that are applied again after a restart it is told again. */
  default void onTokenIssued(TokenIssue token) {}

  /** The state was replaced by a snapshot's: read everything anew. */
  default void onRestored() {}
}
