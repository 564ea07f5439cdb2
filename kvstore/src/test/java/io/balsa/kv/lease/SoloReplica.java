package io.balsa.kv.lease;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.request.Replica;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.Standing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A member's view of a log that everybody agrees on: the real state machine, and a test that says
 * who leads and what is held up on its way.
 */
final class SoloReplica implements Replica {

  /** The log and the state, shared by the replicas of one test. */
  static final class Log {
    final KvStateMachine state;
    final List<KvCommand> commands = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong index = new AtomicLong();

    /** The term of the leader that would append an entry now. */
    volatile long term = 1;

    Log(KvStateMachine state) {
      this.state = state;
    }

    synchronized Outcome<KvResult> append(Bytes command) {
      commands.add(CommandCodec.decode(command));
      EntryId id = new EntryId(term, index.incrementAndGet());
      return new Outcome.Committed<>(id, state.apply(id, command));
    }
  }

  static final MemberId SELF = new MemberId(1);
  private static final NodeId OTHER = new MemberId(2).toNodeId();

  private final Log log;
  private volatile boolean leads;
  private volatile boolean holdBarriers;
  private volatile boolean holdProposals;
  private final Queue<Runnable> heldBarriers = new ArrayDeque<>();
  private final Queue<Runnable> heldProposals = new ArrayDeque<>();

  SoloReplica(Log log) {
    this.log = log;
  }

  void lead(boolean leadsNow) {
    leads = leadsNow;
  }

  void holdBarriers(boolean hold) {
    holdBarriers = hold;
    release(hold, heldBarriers);
  }

  void holdProposals(boolean hold) {
    holdProposals = hold;
    release(hold, heldProposals);
  }

  private static void release(boolean hold, Queue<Runnable> held) {
    while (!hold && !held.isEmpty()) {
      held.remove().run();
    }
  }

  @Override
  public CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
    CompletableFuture<Outcome<KvResult>> outcome = new CompletableFuture<>();
    Runnable append = () -> outcome.complete(log.append(command));
    if (holdProposals) {
      heldProposals.add(append);
    } else {
      append.run();
    }
    return outcome;
  }

  @Override
  public CompletableFuture<Long> readBarrier() {
    CompletableFuture<Long> passed = new CompletableFuture<>();
    if (holdBarriers) {
      heldBarriers.add(() -> passed.complete(log.index.get()));
    } else {
      passed.complete(log.index.get());
    }
    return passed;
  }

  @Override
  public CompletableFuture<Void> transferLeadership(NodeId target) {
    throw new UnsupportedOperationException("not asked for here");
  }

  @Override
  public long term() {
    return log.term;
  }

  @Override
  public Optional<NodeId> leader() {
    return Optional.of(leads ? SELF.toNodeId() : OTHER);
  }

  @Override
  public NodeStatus status() {
    long last = log.index.get();
    Role role = leads ? Role.LEADER : Role.FOLLOWER;
    return new NodeStatus(
        SELF.toNodeId(),
        GroupId.ONLY,
        role,
        Standing.MEMBER,
        log.term,
        leader(),
        1,
        last,
        last,
        last,
        Membership.NONE,
        new TreeMap<>());
  }
}
