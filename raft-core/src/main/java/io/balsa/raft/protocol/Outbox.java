package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects what the node owes the world between two calls of {@link RaftCore#takeReady}. */
final class Outbox {
  private Optional<HardState> hardState = Optional.empty();
  private Optional<SnapshotMeta> resetTo = Optional.empty();
  private final List<Entry> entries = new ArrayList<>();
  private List<Send> sends = new ArrayList<>();
  private List<Send> sendsAfterPersist = new ArrayList<>();
  private Optional<SnapshotMeta> install = Optional.empty();
  private Optional<SnapshotMeta> compact = Optional.empty();
  private List<ProposalDecision> proposals = new ArrayList<>();
  private List<ReadDecision> reads = new ArrayList<>();

  void persist(HardState newHardState) {
    hardState = Optional.of(newHardState);
  }

  /** The entry takes the place of whatever is collected at its index and after. */
  void persist(Entry entry) {
    while (!entries.isEmpty() && entries.get(entries.size() - 1).index() >= entry.index()) {
      entries.remove(entries.size() - 1);
    }
    Invariant.check(
        entries.isEmpty() || entries.get(entries.size() - 1).index() + 1 == entry.index(),
        "the entry %s leaves a gap in the batch",
        entry.id());
    entries.add(entry);
  }

  /** The log begins anew after the snapshot, which the state machine takes over. */
  void install(SnapshotMeta meta) {
    entries.clear();
    resetTo = Optional.of(meta);
    install = Optional.of(meta);
    compact = Optional.empty();
  }

  void compact(SnapshotMeta base) {
    compact = Optional.of(base);
  }

  void send(NodeId to, Message message) {
    sends.add(new Send.Deliver(to, message));
  }

  void send(Send send) {
    sends.add(send);
  }

  /** Leaves when everything that is collected by then, or was handed out before, is durable. */
  void sendAfterPersist(NodeId to, Message message) {
    sendsAfterPersist.add(new Send.Deliver(to, message));
  }

  void accept(long firstProposalId, int count, EntryId first) {
    proposals.add(new ProposalDecision.Accepted(firstProposalId, count, first));
  }

  void reject(long firstProposalId, int count, RejectReason reason, Optional<NodeId> leader) {
    proposals.add(new ProposalDecision.Rejected(firstProposalId, count, reason, leader));
  }

  void unknown(long firstProposalId, int count) {
    proposals.add(new ProposalDecision.Unknown(firstProposalId, count));
  }

  void grantRead(long readId, long readIndex) {
    reads.add(new ReadDecision.Granted(readId, readIndex));
  }

  void rejectRead(long readId, RejectReason reason, Optional<NodeId> leader) {
    reads.add(new ReadDecision.Rejected(readId, reason, leader));
  }

  boolean mustPersist() {
    return hardState.isPresent() || resetTo.isPresent() || !entries.isEmpty();
  }

  /** Takes the batch out, under its number. */
  Optional<PersistBatch> takeBatch(GroupId group, long persistId) {
    PersistBatch batch = new PersistBatch(group, persistId, hardState, resetTo, entries);
    hardState = Optional.empty();
    resetTo = Optional.empty();
    entries.clear();
    return Optional.of(batch);
  }

  /**
   * Takes everything else out.
   *
   * @param nothingPending no write is under way: what waits for durability needn't wait
   */
  Ready takeReady(
      Optional<PersistBatch> persist,
      long afterPersistId,
      boolean nothingPending,
      Optional<ApplyRange> apply) {
    if (nothingPending) {
      sends.addAll(sendsAfterPersist);
      sendsAfterPersist.clear();
    }
    Ready ready =
        new Ready(
            persist,
            sends,
            afterPersistId,
            sendsAfterPersist,
            install,
            apply,
            compact,
            proposals,
            reads);
    sends = new ArrayList<>();
    sendsAfterPersist = new ArrayList<>();
    install = Optional.empty();
    compact = Optional.empty();
    proposals = new ArrayList<>();
    reads = new ArrayList<>();
    return ready;
  }
}
