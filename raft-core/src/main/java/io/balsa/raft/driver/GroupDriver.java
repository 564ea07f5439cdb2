package io.balsa.raft.driver;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.ReadFailedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.CoreStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * One replica of one group, as the facade sees it. Thread-safe; nothing blocks unless it says so.
 *
 * @param <R> what a command results in
 */
public final class GroupDriver<R> {
  private final HostDriver driver;
  private final GroupParts<R> parts;
  private final GroupApplier<R> applier;
  private final GroupLoop<R> loop;
  private final StatusBoard board;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  GroupDriver(
      HostDriver driver,
      GroupParts<R> parts,
      GroupApplier<R> applier,
      GroupLoop<R> loop,
      StatusBoard board) {
    this.driver = driver;
    this.parts = parts;
    this.applier = applier;
    this.loop = loop;
    this.board = board;
  }

  /** The listener hears exactly once what became of the command. */
  public void propose(Bytes command, ProposalListener<R> listener) {
    if (command.size() > host().config().core().commandBytesMax()) {
      listener.onRejected(RejectReason.TOO_LARGE, Optional.empty());
    } else if (!host().inbox().offer(new InboxItems.Proposal<>(loop, command, listener))) {
      listener.onRejected(RejectReason.OVERLOADED, Optional.empty());
    }
  }

  /** The listener hears exactly once what became of the change, and if it is committed, the membership that it led to. */
  public void changeMembership(MembershipChange change, ProposalListener<Membership> listener) {
    if (!host().inbox().offer(new InboxItems.Change(loop, change, listener))) {
      listener.onRejected(RejectReason.OVERLOADED, Optional.empty());
    }
  }

  /**
   * Runs the query on the apply thread once all is applied that was committed when this was called.
   *
   * @param query given the index that was waited for
   */
  public <T> CompletableFuture<T> readCommitted(LongFunction<T> query) {
    return read(query, false);
  }

  /** As {@link #readCommitted}, but a leader answers by its lease if it has one. */
  public <T> CompletableFuture<T> readLeased(LongFunction<T> query) {
    return read(query, true);
  }

  private <T> CompletableFuture<T> read(LongFunction<T> query, boolean byLease) {
    PendingRead<T> read = parts.reads().open(query, host().clock().getAsLong());
    if (!read.isFinished() && !host().inbox().offer(new InboxItems.Read(loop, read, byLease))) {
      read.fail(new ReadFailedException(RejectReason.OVERLOADED));
    }
    return read.future();
  }

  /** Runs the query on the apply thread, on whatever is applied. */
  public <T> CompletableFuture<T> readApplied(LongFunction<T> query) {
    PendingRead<T> read = parts.reads().open(query, host().clock().getAsLong());
    if (!read.isFinished()) {
      applier.answerWhenApplied(0, List.of(read));
    }
    return read.future();
  }

  /**
   * Completes when another node leads; exceptionally, with an {@link IllegalStateException}, when this one doesn't lead or
   * the target didn't take over within an election timeout.
   */
  public CompletableFuture<Void> transferLeadership(NodeId target) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    host().inbox().put(new InboxItems.Transfer(loop, target, future));
    return future;
  }

  public GroupId group() {
    return parts.group();
  }

  /** As the loop last saw it; what is applied is a little newer than the rest. */
  public CoreStatus status() {
    return board.current();
  }

  /** Through here the state machine has applied. */
  public long appliedIndex() {
    return applier.appliedIndex();
  }

  /** Calls the listener on the loop at every change of role, term or leader, and once at first. */
  public void addListener(Consumer<CoreStatus> listener) {
    // Nobody waits for it: a host that has stopped has nothing to tell.
    host()
        .inbox()
        .put(new InboxItems.Task(on -> board.addListener(listener), new CompletableFuture<>()));
  }

  /**
   * Waits for an answer that isn't empty, to a question on role, term and leader. Blocks.
   *
   * @return empty after the timeout
   * @throws NodeStoppedException if the node stops first
   */
  public <T> Optional<T> await(Function<CoreStatus, Optional<T>> question, long timeoutNanos)
      throws InterruptedException {
    return board.await(question, timeoutNanos);
  }

  /** Completes when the group has stopped: normally after a close, exceptionally with what broke it. */
  public CompletableFuture<Void> stopped() {
    return stopped;
  }

  /**
   * Leaves the group alone. Blocks until nothing of it runs any more; idempotent.
   *
   * @throws IllegalStateException when called on one of the host's own threads, which it would have to wait for
   */
  public void close() {
    driver.refuseOwnThread();
    NodeStoppedException reason = new NodeStoppedException(parts.group() + " was closed");
    CompletableFuture<Void> left = new CompletableFuture<>();
    host().inbox().put(new InboxItems.Task(on -> on.remove(loop), left));
    awaitQuietly(left);
    loop.stop(reason);
    awaitQuietly(host().writer().barrier());
    awaitQuietly(host().applier().call(() -> true));
    try {
      parts.pool().awaitNone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stopped.complete(null);
    driver.forget(this);
  }

  /** Any thread; idempotent. */
  void stop(NodeStoppedException reason) {
    loop.stop(reason);
  }

  private HostParts host() {
    return parts.host();
  }

  private static void awaitQuietly(CompletableFuture<?> done) {
    try {
      done.join();
    } catch (CompletionException e) {
      // The host stopped meanwhile, so the group has stopped as well, which is what the caller
      // wants.
      assert e.getCause() instanceof NodeStoppedException : e;
    }
  }
}
