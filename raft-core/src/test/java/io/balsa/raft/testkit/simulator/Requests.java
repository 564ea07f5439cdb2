package io.balsa.raft.testkit.simulator;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.ProposalDecision;
import io.balsa.raft.protocol.ReadDecision;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What clients asked of one life of a node, and who waits for what. Every request is decided exactly once. */
final class Requests {
  /** Two ids of different lives of a node are never equal, and later lives have greater ones. */
  private static final long IDS_PER_LIFE = 1L << 40;

  private static final int IDS_REUSED = 3;

  /** Somebody waits until an index is applied; the id says whose entry it should be. */
  private record Accepted(EntryId id, Consumer<Outcome<Object>> client) {}

  private record AppliedEntry(EntryId id, Object result) {}

  private record Proposal(long id, Bytes command) {}

  /** A read: told the applied index at which it may look, or nothing if it wasn't confirmed. */
  interface Reader {
    void onServed(long appliedIndex);

    void onFailed();
  }

  private final World world;
  private final SimNode<?> node;
  private long lastProposalId;

  /** Membership changes have ids of their own, so that proposals that come together have consecutive ones. */
  private long lastChangeId;

  private long lastReadId;

  private final List<Proposal> arrived = new ArrayList<>();
  private final TreeMap<Long, Consumer<Outcome<Object>>> undecided = new TreeMap<>();
  private final TreeMap<Long, List<Accepted>> accepted = new TreeMap<>();
  private final TreeMap<Long, AppliedEntry> applied = new TreeMap<>();

  private final TreeMap<Long, Reader> unconfirmed = new TreeMap<>();
  private final TreeMap<Long, List<Reader>> confirmed = new TreeMap<>();

  /**
   * @param previous what the node's life before this one was asked
   */
  Requests(World world, SimNode<?> node, long incarnation, Optional<Requests> previous) {
    this.world = world;
    this.node = node;
    lastProposalId = incarnation * IDS_PER_LIFE;
    lastChangeId = lastProposalId + IDS_PER_LIFE / 2;
    lastReadId = incarnation * IDS_PER_LIFE;
    if (previous.isPresent() && world.has(PlantedBug.READ_IDS_REUSED)) {
      lastReadId = Math.max(0, previous.get().lastReadId - IDS_REUSED);
    }
  }

  // Proposals.

  void propose(Bytes command, Consumer<Outcome<Object>> client) {
    lastProposalId++;
    undecided.put(lastProposalId, client);
    arrived.add(new Proposal(lastProposalId, command));
    node.scheduleTurn();
  }

  /** The outcome is told when the entry that begins the change is applied. */
  void change(MembershipChange change, Consumer<Outcome<Object>> operator) {
    lastChangeId++;
    undecided.put(lastChangeId, operator);
    node.feed(new Input.ChangeMembership(lastChangeId, change));
  }

  /** It never reached the core. */
  void withdraw(long proposalId) {
    Consumer<Outcome<Object>> client = undecided.remove(proposalId);
    if (client != null) {
      client.accept(new Outcome.Unknown<>());
    }
  }

  /** What arrived since the last turn of the loop, in one input or one each. */
  List<Input> takeProposals() {
    List<Input> inputs = new ArrayList<>();
    if (world.swarm().batchesProposals && !arrived.isEmpty()) {
      inputs.add(
          new Input.Propose(arrived.get(0).id(), arrived.stream().map(Proposal::command).toList()));
    } else {
      for (Proposal proposal : arrived) {
        inputs.add(new Input.Propose(proposal.id(), List.of(proposal.command())));
      }
    }
    arrived.clear();
    return inputs;
  }

  void onDecision(ProposalDecision decision) {
    for (int i = 0; i < decision.count(); i++) {
      Consumer<Outcome<Object>> client = undecided.remove(decision.firstProposalId() + i);
      if (client == null) {
        throw new PropertyViolation(
            "DecidedOnce", node.id() + " decides what nobody waits for: " + decision);
      }
      if (decision instanceof ProposalDecision.Accepted all) {
        onAccepted(new EntryId(all.first().term(), all.first().index() + i), client);
      } else if (decision instanceof ProposalDecision.Rejected rejected) {
        client.accept(new Outcome.Rejected<>(rejected.reason(), rejected.leader()));
      } else if (world.has(PlantedBug.UNKNOWN_REPORTED_AS_REJECTED)) {
        client.accept(new Outcome.Rejected<>(RejectReason.LEADER_CHANGED, Optional.empty()));
      } else {
        client.accept(new Outcome.Unknown<>());
      }
    }
  }

  private void onAccepted(EntryId id, Consumer<Outcome<Object>> client) {
    Accepted waiter = new Accepted(id, client);
    AppliedEntry entry = applied.get(id.index());
    if (world.has(PlantedBug.ACKNOWLEDGES_WHEN_APPENDED)) {
      client.accept(new Outcome.Committed<>(id, ""));
    } else if (id.index() > node.applier().appliedIndex()) {
      accepted.computeIfAbsent(id.index(), index -> new ArrayList<>()).add(waiter);
    } else if (entry != null) {
      complete(waiter, entry); // the answer of the leader came after the entry itself
    } else {
      client.accept(new Outcome.Unknown<>());
    }
  }

  void onApplied(Entry entry, Object result) {
    AppliedEntry appliedEntry = new AppliedEntry(entry.id(), result);
    applied.put(entry.index(), appliedEntry);
    List<Accepted> waiters = accepted.remove(entry.index());
    if (waiters != null) {
      waiters.forEach(waiter -> complete(waiter, appliedEntry));
    }
  }

  private void complete(Accepted waiter, AppliedEntry entry) {
    if (waiter.id().equals(entry.id())) {
      waiter.client().accept(new Outcome.Committed<>(entry.id(), entry.result()));
    } else if (world.has(PlantedBug.COMMITTED_BY_INDEX)) {
      waiter.client().accept(new Outcome.Committed<>(waiter.id(), entry.result()));
    } else {
      waiter.client().accept(new Outcome.Rejected<>(RejectReason.SUPERSEDED, Optional.empty()));
    }
  }

  /** The entries through the index were applied somewhere else: what became of them isn't known here. */
  void onInstalled(long index) {
    var covered = accepted.headMap(index, true);
    List<Accepted> waiters = new ArrayList<>();
    covered.values().forEach(waiters::addAll);
    covered.clear();
    waiters.forEach(waiter -> waiter.client().accept(new Outcome.Unknown<>()));
  }

  // Reads.

  /**
   * @param byLease a leader may answer by its lease
   */
  void read(Reader reader, boolean byLease) {
    if (world.has(PlantedBug.READS_WITHOUT_BARRIER) && node.isLeader()) {
      reader.onServed(node.applier().appliedIndex());
      return;
    }
    lastReadId++;
    unconfirmed.put(lastReadId, reader);
    node.feed(new Input.ReadBarrier(lastReadId, byLease));
  }

  void onDecision(ReadDecision decision) {
    Reader reader = unconfirmed.remove(decision.readId());
    if (reader == null) {
      throw new PropertyViolation(
          "DecidedOnce", node.id() + " decides what nobody waits for: " + decision);
    }
    if (decision instanceof ReadDecision.Granted granted) {
      long readIndex = world.has(PlantedBug.READS_BEFORE_APPLIED) ? 0 : granted.readIndex();
      confirmed.computeIfAbsent(readIndex, index -> new ArrayList<>()).add(reader);
      serveReads();
    } else {
      reader.onFailed();
    }
  }

  void serveReads() {
    long appliedIndex = node.applier().appliedIndex();
    while (!confirmed.isEmpty() && confirmed.firstKey() <= appliedIndex) {
      confirmed.pollFirstEntry().getValue().forEach(reader -> reader.onServed(appliedIndex));
    }
  }

  /** The node is gone: its clients see a broken connection. */
  void abandon() {
    List<Consumer<Outcome<Object>>> proposals = new ArrayList<>(undecided.values());
    accepted.values().forEach(all -> all.forEach(waiter -> proposals.add(waiter.client())));
    List<Reader> readers = new ArrayList<>(unconfirmed.values());
    confirmed.values().forEach(readers::addAll);
    undecided.clear();
    accepted.clear();
    unconfirmed.clear();
    confirmed.clear();
    proposals.forEach(client -> client.accept(new Outcome.Unknown<>()));
    readers.forEach(Reader::onFailed);
  }

  /**
   * What still waits, for the end of a run: nothing should. Except what a deposed leader appended beyond the end of the log
   * as it is now: that is only decided when the log grows again.
   */
  Optional<String> leftOver() {
    boolean allApplied = accepted.headMap(node.applier().appliedIndex(), true).isEmpty();
    if (undecided.isEmpty() && allApplied && unconfirmed.isEmpty() && confirmed.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        node.id()
            + " still owes answers: undecided "
            + undecided.keySet()
            + ", accepted at "
            + accepted.keySet()
            + ", unconfirmed reads "
            + unconfirmed.keySet()
            + ", reads waiting for "
            + confirmed.keySet());
  }
}
