package io.balsa.kv.state;

import java.util.List;

/**
 * A stretch of history. Immutable; any thread.
 *
 * @param revisions the revisions that touched the range, ascending, each whole but for events outside the range
 * @param nextRevision where to read on: everything before it is either in {@code revisions} or of no concern to the range;
 *     the current revision plus one when there is no more so far
 */
public record HistoryBatch(List<RevisionEvents> revisions, long nextRevision) {
  public HistoryBatch {
    revisions = List.copyOf(revisions);
  }
}
