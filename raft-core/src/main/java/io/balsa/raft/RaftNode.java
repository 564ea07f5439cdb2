package io.balsa.raft;

import io.balsa.raft.driver.GroupDriver;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreStatus;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One replica of one group. Thread-safe; no method blocks unless it says so. Futures complete on the node's threads:
 * continuations must be short, or move to a thread of their own.
 *
 * @param <R> what a command results in
 */
public final class RaftNode<R> implements AutoCloseable {
  private final GroupDriver<R> driver;

  /** Ends the node, and the host if it has no other purpose. */
  private final Consumer<GroupDriver<R>> end;

  RaftNode(GroupDriver<R> driver, Consumer<GroupDriver<R>> end) {
    this.driver = driver;
    this.end = end;
  }

  /** A node of a group of its own, on a host of its own that closes with it. */
  public static <R> Builder<R> builder(NodeId self, StateMachine<R> stateMachine) {
    return new Builder<>(self, stateMachine);
  }

  /**
   * Proposes a command, here or, at a follower, through the leader. Completes once the entry is committed and applied on
   * this node, or once it is certain that it never will be, or after {@link RaftConfig#proposalTimeout} as {@link
   * Outcome.Unknown}.
   *
   * <p>Fails with {@link io.balsa.raft.model.NodeStoppedException} only; the outcome is then unknown.
   */
  public CompletableFuture<Outcome<R>> propose(Bytes command) {
    PendingProposal<R> pending = new PendingProposal<>();
    driver.propose(command, pending);
    return pending;
  }

  /**
   * Runs the query on the apply thread, when this node has applied all that the mode asks for.
   *
   * <p>Fails with {@link io.balsa.raft.model.ReadFailedException}, {@link io.balsa.raft.model.NodeStoppedException}, or
   * what the query threw.
   */
  public <T> CompletableFuture<T> query(ReadMode mode, Supplier<T> query) {
    return switch (mode) {
      case LINEARIZABLE -> driver.readCommitted(readIndex -> query.get());
      case LEASE -> driver.readLeased(readIndex -> query.get());
      case LOCAL -> driver.readApplied(readIndex -> query.get());
    };
  }

  /**
   * Completes when a read of this node's state, by any thread, is linearizable: with an index that is applied. For state
   * machines that may be read while they apply.
   *
   * <p>Fails as {@link #query} does.
   */
  public CompletableFuture<Long> readBarrier() {
    return driver.readCommitted(readIndex -> readIndex);
  }

  /**
   * Hands leadership to the target: has it catch up, and then start an election at once. Meanwhile, for less than an election
   * timeout, proposals are rejected as {@link io.balsa.raft.model.RejectReason#LEADERSHIP_TRANSFER}. Completes when this node
   * follows another leader; fails with an {@link IllegalStateException} that says why: at once if this node doesn't lead, the
   * target isn't another voter, or leadership is being handed over already; later if the target didn't take over in time.
   */
  public CompletableFuture<Void> transferLeadership(NodeId target) {
    return driver.transferLeadership(target);
  }

  /**
   * Changes who is in the cluster, by joint consensus if voters come or go, however many at once; also the leader itself may
   * be left out, and then hands over. Only the leader does it: elsewhere the outcome is {@link Outcome.Rejected} and names
   * the leader.
   *
   * <p>Completes as {@link Outcome.Committed} once a membership that isn't joint is applied on this node at or after the
   * entry that begins the change, with that membership and its entry's id, which may serve as the next change's {@link
   * MembershipChange#expected}. {@link Outcome.Rejected} means that nothing has changed and nothing will; {@link
   * Outcome.Unknown}, after {@link RaftConfig#proposalTimeout} or a snapshot in between, that the change may go on: look at
   * {@link #status} before asking again. One change at a time: another is rejected meanwhile.
   *
   * <p>Call it at any time, on any thread; it doesn't block, and nothing is durable when it returns. Once the outcome is
   * committed, a majority of the voters has the membership on disk. The future completes on the node's threads and fails
   * with {@link io.balsa.raft.model.NodeStoppedException} only; the outcome is then unknown. Asking again does no harm: what
   * is in force already is rejected as {@link io.balsa.raft.model.RejectReason#NOTHING_TO_CHANGE}.
   *
   * <p>The transports are the caller's business: before a newcomer is added, every member's transport must know its address
   * and the newcomer's must know theirs (with Netty, {@code NettyTransport.setPeer}). Start it without initial voters, with
   * an empty disk or its own; it waits until a leader sends it the log. Add it as a learner first and promote it once it has
   * caught up, or name it in {@link MembershipChange#promotable} and have the leader do so: a voter that first has to fetch the
   * log makes the next failure a loss of quorum. The outcome tells that it is a learner; {@link #status} shows when it votes. A removed node keeps its
   * disk and may be added again. A node that comes back with a blank disk is refused, because a node that forgets its votes
   * can elect two leaders (see {@link io.balsa.raft.model.Standing}): remove it, and add it again as a learner.
   */
  public CompletableFuture<Outcome<Membership>> changeMembership(MembershipChange change) {
    PendingProposal<Membership> pending = new PendingProposal<>();
    driver.changeMembership(change, pending);
    return pending;
  }

  /** A picture of this node, a moment old. */
  public NodeStatus status() {
    return statusOf(driver.status());
  }

  /**
   * Calls the listener on the node's event thread whenever role, term, leader or the membership in force changed, and once
   * at first. It must return at once.
   */
  public void addListener(Consumer<NodeStatus> listener) {
    driver.addListener(status -> listener.accept(statusOf(status)));
  }

  /** Waits until a leader is known, and says which. Blocks. Throws {@link IllegalStateException} after the timeout. */
  public NodeId awaitLeader(Duration timeout) {
    try {
      return driver
          .await(CoreStatus::leader, timeout.toNanos())
          .orElseThrow(() -> new IllegalStateException("no leader is known after " + timeout));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a leader", e);
    }
  }

  /** Completes when the node has stopped: normally after {@link #close}, exceptionally with what broke it. */
  public CompletableFuture<Void> stopped() {
    return driver.stopped();
  }

  /**
   * Leaves the group alone: no more votes, no more entries. Every pending future completes. Blocks; idempotent.
   *
   * @throws IllegalStateException when called on one of the node's own threads, for instance in a continuation: it would
   *     wait for itself
   */
  @Override
  public void close() {
    end.accept(driver);
  }

  private NodeStatus statusOf(CoreStatus status) {
    return new NodeStatus(
        status.self(),
        driver.group(),
        status.role(),
        status.standing(),
        status.term(),
        status.leader(),
        status.firstIndex(),
        status.last().index(),
        status.commitIndex(),
        driver.appliedIndex(),
        status.membership().membership(),
        status.membership().id(),
        status.matchIndex());
  }

  /** Collects what a node and its own host need. */
  public static final class Builder<R> {
    private final RaftHost.Builder host;
    private final StateMachine<R> stateMachine;
    private Collection<NodeId> initialVoters = List.of();

    private Builder(NodeId self, StateMachine<R> stateMachine) {
      this.host = RaftHost.builder(self);
      this.stateMachine = stateMachine;
    }

    /**
     * The members that the group is born with, the same on all of them; ignored when the group has run here before. The
     * group's first election needs all of them, once: only together can they tell a new disk from a lost one. Left out for a node that is to be added to a group that exists: see {@link RaftNode#changeMembership}.
     */
    public Builder<R> initialVoters(Collection<NodeId> voters) {
      initialVoters = List.copyOf(voters);
      return this;
    }

    public Builder<R> logStore(LogStore logStore) {
      host.logStore(logStore);
      return this;
    }

    public Builder<R> snapshotStore(SnapshotStore snapshotStore) {
      host.snapshotStore(snapshotStore);
      return this;
    }

    public Builder<R> transport(Transport transport) {
      host.transport(transport);
      return this;
    }

    public Builder<R> config(RaftConfig config) {
      host.config(config);
      return this;
    }

    /**
     * Starts the host and recovers the node. The host owns what it was given from here on, also if this throws.
     *
     * @throws io.balsa.raft.model.InvalidConfigException if something is missing, or the transport can't listen
     * @throws io.balsa.raft.model.StorageException if the node can't be recovered
     */
    public RaftNode<R> start() {
      RaftHost started = host.start();
      try {
        return new RaftNode<>(
            started.openGroupDriver(GroupId.ONLY, stateMachine, initialVoters),
            driver -> started.close());
      } catch (RuntimeException | Error e) {
        started.close();
        throw e;
      }
    }
  }
}
