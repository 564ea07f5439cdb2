package io.balsa.raft.protocol.election;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import java.util.Optional;

/** The RequestVote rules of Figure 2, one method per sentence. */
public final class VoteRule {
  private VoteRule() {}

  /**
   * "If the logs have last entries with different terms, then the log with the later term is more up-to-date. If the logs
   * end with the same term, then whichever log is longer is more up-to-date." (paper §5.4.1)
   */
  public static boolean isUpToDate(EntryId candidateLast, EntryId ownLast) {
    return candidateLast.compareTo(ownLast) >= 0;
  }

  /** "If votedFor is null or candidateId": a vote may be repeated, never given to a second candidate of the term. */
  public static boolean isFree(Optional<NodeId> votedFor, NodeId candidate) {
    return votedFor.isEmpty() || votedFor.get().equals(candidate);
  }
}
