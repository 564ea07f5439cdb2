package io.balsa.raft.driver;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.InstallSnapshotRequest;
import io.balsa.raft.message.Message.InstallSnapshotResponse;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.CoreStatus;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.ProposalDecision;
import io.balsa.raft.protocol.RaftCore;
import io.balsa.raft.protocol.Ready;
import io.balsa.raft.protocol.Send;
import io.balsa.raft.spi.LogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One group on the event loop: feeds its core, and carries out what the core decides. Runs on the loop, except what says
 * otherwise.
 *
 * @param <R> what a command results in
 */
final class GroupLoop<R> implements LogWriter.Client, Comparable<GroupLoop<?>> {
  /** Proposals that came together are fed together up to this size: the core takes or refuses them as one. */
  private static final long PROPOSE_BYTES_MAX = 1 << 20;

  /**
   * Committed entries that may wait for the state machine before proposals are refused: a cluster that commits faster than
   * this node applies would fill its memory.
   */
  private static final long APPLY_GAP_MAX = 50_000;

  private final GroupParts<R> parts;
  private final RaftCore core;
  private final GroupApplier<R> applier;
  private final AppendSender appends;
  private final SnapshotSender snapshotSender;
  private final SnapshotReceiver snapshotReceiver;
  private final LeadershipTransfers transfers;
  private final StatusBoard board;

  private final List<Bytes> commands = new ArrayList<>();
  private long commandBytes;
  private long firstProposalId;
  private final List<PendingRead<?>> reads = new ArrayList<>();
  private final List<PendingRead<?>> leaseReads = new ArrayList<>();

  /** A received snapshot was reported to the core, whose answer is in the next {@link Ready}. */
  private boolean snapshotReported;

  /** The newest term on this node's disk. Written by the log writer. */
  private volatile long durableTerm;

  private boolean touched;
  private long deadline;

  /** Whose hosts must vouch for them, as the host's watch knows it. */
  private List<NodeId> reliesOn = List.of();

  GroupLoop(
      GroupParts<R> parts,
      RaftCore core,
      GroupApplier<R> applier,
      SnapshotSender snapshotSender,
      StatusBoard board,
      long durableTerm) {
    HostParts host = parts.host();
    this.parts = parts;
    this.core = core;
    this.applier = applier;
    this.snapshotSender = snapshotSender;
    this.snapshotReceiver = new SnapshotReceiver(parts);
    this.appends = new AppendSender(parts);
    this.transfers = new LeadershipTransfers(host.config().core().electionTimeoutNanos());
    this.board = board;
    this.durableTerm = durableTerm;
  }

  GroupId group() {
    return parts.group();
  }

  /** When {@link #finishRound} must be called even if nothing else happens. */
  long deadline() {
    return deadline;
  }

  /** The peers whose hosts must vouch for them while this group rests; nobody while it is awake. */
  List<NodeId> reliesOn() {
    return reliesOn;
  }

  /** In the order of the deadlines. */
  @Override
  public int compareTo(GroupLoop<?> other) {
    int byDeadline = Long.compare(deadline, other.deadline);
    return byDeadline != 0 ? byDeadline : group().compareTo(other.group());
  }

  /** Whether this is the round's first call. */
  boolean touch() {
    boolean first = !touched;
    touched = true;
    return first;
  }

  // ---- What comes in

  void propose(Bytes command, ProposalListener<R> listener, long now) {
    if (core.commitIndex() - applier.appliedIndex() > APPLY_GAP_MAX) {
      listener.onRejected(RejectReason.OVERLOADED, core.leader());
      return;
    }
    long id = parts.proposals().register(listener, now);
    if (id < 0) {
      return;
    }
    if (commandBytes + command.size() > PROPOSE_BYTES_MAX) {
      feedProposals(now);
    }
    if (commands.isEmpty()) {
      firstProposalId = id;
    }
    commands.add(command);
    commandBytes += command.size();
  }

  void changeMembership(MembershipChange change, ProposalListener<Membership> listener, long now) {
    parts
        .changes()
        .register(listener, now)
        .ifPresent(id -> step(new Input.ChangeMembership(id, change), now));
  }

  void read(PendingRead<?> read, boolean byLease) {
    (byLease ? leaseReads : reads).add(read);
  }

  void transferLeadership(NodeId target, CompletableFuture<Void> future, long now) {
    Optional<String> refusal =
        LeadershipTransfers.refusalOf(target, core.status(), core.transferTarget());
    if (refusal.isPresent()) {
      future.completeExceptionally(new IllegalStateException(refusal.get()));
      return;
    }
    transfers.add(target, future, now);
    step(new Input.TransferLeadership(target), now);
  }

  void receive(NodeId from, Message message, long now) {
    if (message instanceof InstallSnapshotRequest request) {
      // Not before the term is durable: a stored snapshot beside an empty log means, at the next
      // start, that the log was lost. Its sender tries again.
      if (request.term() <= durableTerm) {
        snapshotReceiver.onRequest(from, request, core.term(), now);
      }
    } else if (message instanceof InstallSnapshotResponse response) {
      snapshotSender.onResponse(from, response);
    } else {
      step(new Input.Received(from, message), now);
    }
  }

  void step(Input input, long now) {
    // In the order in which they came: what was proposed before a message is decided before it.
    feedProposals(now);
    snapshotReported |= input instanceof Input.SnapshotReceived;
    core.step(now, input);
  }

  private void feedProposals(long now) {
    if (!commands.isEmpty()) {
      core.step(now, new Input.Propose(firstProposalId, commands));
      commands.clear();
      commandBytes = 0;
    }
  }

  private void feedReads(List<PendingRead<?>> together, boolean byLease, long now) {
    if (!together.isEmpty()) {
      core.step(now, new Input.ReadBarrier(parts.reads().joinBarrier(together), byLease));
      together.clear();
    }
  }

  // ---- What goes out

  /** Ends the round: whatever came in is decided and on its way when this returns. */
  void finishRound(long now, Outbox outbox) {
    touched = false;
    feedProposals(now);
    feedReads(reads, false, now);
    feedReads(leaseReads, true, now);
    if (core.nextDeadline() <= now) {
      core.step(now, new Input.TimePassed());
    }
    parts.proposals().expire(now);
    parts.changes().expire(now);
    parts.reads().expire(now);
    snapshotReceiver.expire(now);
    carryOut(core.takeReady(), outbox);
    reliesOn = core.reliesOn();
    CoreStatus status = core.status();
    if (status.rests() && !board.current().rests()) {
      parts.log().cache().release();
    }
    board.publish(status);
    transfers.update(status, core.transferTarget(), now);
    snapshotSender.onLeading(
        status.role() == Role.LEADER ? Optional.of(status.term()) : Optional.empty());
    deadline =
        Math.min(
            Math.min(core.nextDeadline(), transfers.nextDeadline()),
            Math.min(
                Math.min(parts.proposals().nextDeadline(), parts.changes().nextDeadline()),
                parts.reads().nextDeadline()));
  }

  private void carryOut(Ready ready, Outbox outbox) {
    // First: a range that waits for the apply thread must know that its entries are about to go.
    installOrRelease(ready.install());
    ready.persist().ifPresent(this::cache);
    if (ready.persist().isPresent()
        || !ready.sendsAfterPersist().isEmpty()
        || ready.compact().isPresent()) {
      parts
          .host()
          .writer()
          .put(
              new LogWriter.Item(
                  this, ready.persist(), ready.sendsAfterPersist(), ready.compact(), null));
    }
    ready.sends().forEach(send -> send(send, outbox));
    // Before the entries are applied, so that the apply thread finds the proposals waiting for
    // them.
    ready.proposals().forEach(this::tell);
    ready.apply().ifPresent(applier::apply);
    ready
        .reads()
        .forEach(decision -> parts.reads().onDecision(decision, applier::answerWhenApplied));
  }

  private void tell(ProposalDecision decision) {
    if (MembershipChanges.decides(decision)) {
      parts.changes().onDecision(decision);
    } else {
      parts.proposals().onDecision(decision);
    }
  }

  private void installOrRelease(Optional<SnapshotMeta> install) {
    if (install.isPresent()) {
      applier.install(install.get(), parts.snapshots()::end);
    } else if (snapshotReported) {
      parts.snapshots().end();
    }
    snapshotReported = false;
  }

  private void cache(PersistBatch batch) {
    batch.resetTo().ifPresent(base -> parts.log().cache().reset(base.index()));
    parts.log().cache().append(batch.entries());
  }

  // ---- What the log writer asks for, on its thread

  @Override
  public void send(Send send, Outbox outbox) {
    send.accept(new Sending(outbox));
  }

  @Override
  public void onDurable(PersistBatch batch) {
    batch.hardState().ifPresent(hardState -> durableTerm = hardState.term());
    List<Entry> entries = batch.entries();
    if (!entries.isEmpty()) {
      parts.log().cache().persisted(entries.get(entries.size() - 1).id());
    }
  }

  @Override
  public void onPersisted(PersistBatch newest) {
    parts.inbox().accept(new Input.Persisted(newest.persistId()));
  }

  @Override
  public void compact(LogStore store, SnapshotMeta base) {
    store.compact(parts.group(), base);
  }

  /** Completes everything that waits, and whatever still comes. Any thread; idempotent. */
  void stop(NodeStoppedException reason) {
    applier.stop();
    snapshotSender.stop();
    parts.proposals().stop(reason);
    parts.changes().stop(reason);
    parts.reads().stop(reason);
    transfers.stop(reason);
    board.stop(reason);
  }

  private final class Sending implements Send.Visitor<Boolean> {
    private final Outbox outbox;

    Sending(Outbox outbox) {
      this.outbox = outbox;
    }

    @Override
    public Boolean onDeliver(Send.Deliver send) {
      outbox.add(send.to(), parts.group(), send.message());
      return true;
    }

    @Override
    public Boolean onAppend(Send.Append send) {
      appends.send(send, outbox);
      return true;
    }

    @Override
    public Boolean onSendSnapshot(Send.SendSnapshot send) {
      snapshotSender.start(send);
      return true;
    }
  }
}
