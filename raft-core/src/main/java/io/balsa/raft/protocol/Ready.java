package io.balsa.raft.protocol;

import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import java.util.List;
import java.util.Optional;

/**
 * What the node owes the world after some inputs. The driver carries out all of it.
 *
 * <p>Order: {@code persist} and {@code sends} may start at once and in parallel. {@code sendsAfterPersist} leave only when
 * the batch numbered {@code afterPersistId}, and so every earlier one, is durable: vote requests, votes and
 * acknowledgements, because a vote that can be forgotten is two votes (thesis §3.8). {@code install} comes before {@code
 * apply}; ranges are applied in the order in which they were handed out.
 *
 * @param persist the next batch to write
 * @param afterPersistId this batch's number, or that of an earlier one that is still being written
 * @param install the state machine restores this snapshot, which the snapshot store holds; the log's reset is in {@code
 *     persist}
 * @param apply committed entries, durable here, for the state machine
 * @param compact the log store may drop everything through this
 */
public record Ready(
    Optional<PersistBatch> persist,
    List<Send> sends,
    long afterPersistId,
    List<Send> sendsAfterPersist,
    Optional<SnapshotMeta> install,
    Optional<ApplyRange> apply,
    Optional<SnapshotMeta> compact,
    List<ProposalDecision> proposals,
    List<ReadDecision> reads) {

  public Ready {
    sends = List.copyOf(sends);
    sendsAfterPersist = List.copyOf(sendsAfterPersist);
    proposals = List.copyOf(proposals);
    reads = List.copyOf(reads);
  }

  /** Whether nothing is owed. */
  public boolean isEmpty() {
    return persist.isEmpty()
        && sends.isEmpty()
        && sendsAfterPersist.isEmpty()
        && install.isEmpty()
        && apply.isEmpty()
        && compact.isEmpty()
        && proposals.isEmpty()
        && reads.isEmpty();
  }
}
