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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A member's view of a log that everybody agrees on: the real state machine, and a test that says
 * who leads and what is held up on its way.
 */
public final class SoloReplica implements Replica {

  /** The log and the state, shared by the replicas of one test. */
  public static final class Log {
    final KvStateMachine state;
    final List<KvCommand> commands = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong index = new AtomicLong();

    /** The term of the leader that would append an entry now. */
    volatile long term = 1;

    public Log(KvStateMachine state) {
      this.state = state;
    }

    synchronized Outcome<KvResult> append(Bytes command) {
      commands.add(CommandCodec.decode(command));
      EntryId id = new EntryId(term, index.incrementAndGet());
      return new Outcome.Committed<>(id, state.apply(id, command));
    }
  }

  public static final MemberId SELF = new MemberId(1);
  private static final NodeId OTHER = new MemberId(2).toNodeId();

  private final Log log;
  private volatile boolean leads;
  private final Gate barriers = new Gate();
  private final Gate proposals = new Gate();

  /** Lets work pass, or holds it up until the test says so. Thread-safe. */
  private static final class Gate {
    private final List<Runnable> held = new ArrayList<>();
    private boolean closed;

    void close(boolean closeNow) {
      List<Runnable> released;
      synchronized (this) {
        closed = closeNow;
        released = closeNow ? List.of() : List.copyOf(held);
        held.removeAll(released);
      }
      released.forEach(Runnable::run);
    }

    synchronized int held() {
      return held.size();
    }

    void pass(Runnable work) {
      synchronized (this) {
        if (closed) {
          held.add(work);
          return;
        }
      }
      work.run();
    }
  }

  public SoloReplica(Log log) {
    this.log = log;
  }

  public void lead(boolean leadsNow) {
    leads = leadsNow;
  }

  public void holdBarriers(boolean hold) {
    barriers.close(hold);
  }

  public int heldBarriers() {
    return barriers.held();
  }

  public void holdProposals(boolean hold) {
    proposals.close(hold);
  }

  @Override
  public CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
    CompletableFuture<Outcome<KvResult>> outcome = new CompletableFuture<>();
    proposals.pass(() -> outcome.complete(log.append(command)));
    return outcome;
  }

  @Override
  public CompletableFuture<Long> readBarrier() {
    CompletableFuture<Long> passed = new CompletableFuture<>();
    barriers.pass(() -> passed.complete(log.index.get()));
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
        EntryId.ZERO,
        new TreeMap<>());
  }
}
