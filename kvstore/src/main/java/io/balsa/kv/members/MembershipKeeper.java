package io.balsa.kv.members;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.request.MemberDirectory;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvResult;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has Raft's membership follow the list of members while this member leads, the transport follow both, and finds out when this
 * member was removed.
 *
 * <p>Two entries of the log stand for one change: the command that changes the list, and then Raft's own. If the leader is lost
 * between them, the next one sees that they differ and goes on. A leader acts only on a list that is at least as new as the
 * membership in force, and Raft refuses the change if another came first: so nobody undoes what they haven't heard of.
 *
 * <p>Everything that changes belongs to one thread, which is woken when the list, the membership or the leader change. All
 * methods may be called from any thread, and return at once.
 */
public final class MembershipKeeper implements ApplyListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MembershipKeeper.class);

  /** Between two attempts at what Raft refused for now. */
  private static final Duration RETRY = Duration.ofMillis(50);

  /** A member that finds itself removed still answers its clients' last calls for so long. */
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

  private final MemberId self;
  private final MemberDirectory members;
  private final Predicate<MemberId> wasRemoved;
  private final Peers peers;
  private final long forgetAfterNanos;
  private final ScheduledThreadPoolExecutor thread;
  private final CompletableFuture<Void> removed = new CompletableFuture<>();

  /** What somebody waits for: also what the thread hasn't heard of yet. */
  private final Set<CompletableFuture<Void>> awaited = ConcurrentHashMap.newKeySet();

  // The thread's.
  private @Nullable RaftNode<KvResult> node;
  private final Set<NodeId> known = new TreeSet<>();

  /** Members that this one has only heard of from others: its own list is too old to have them. */
  private final Set<NodeId> heardOf = new TreeSet<>();

  /** Since when there is no leader, or when the others were asked last; empty while there is one. */
  private OptionalLong lostSince = OptionalLong.empty();

  /** Since when those that are known don't belong to the cluster any more. */
  private final Map<NodeId, Long> leftAt = new HashMap<>();

  private final List<Waiter> waiters = new ArrayList<>();
  private @Nullable ScheduledFuture<?> nextLook;
  private boolean changing;
  private boolean foundRemoved;

  private record Waiter(Predicate<Membership> condition, CompletableFuture<Void> reached) {}

  /**
   * @param wasRemoved whether there was a member of this id that was removed
   * @param electionTimeout a leader goes on talking to members that leave for two of them
   */
  public MembershipKeeper(
      MemberId self,
      MemberDirectory members,
      Predicate<MemberId> wasRemoved,
      Peers peers,
      Duration electionTimeout) {
    this.self = self;
    this.members = members;
    this.wasRemoved = wasRemoved;
    this.peers = peers;
    this.forgetAfterNanos = 3 * electionTimeout.toNanos();
    this.thread = new ScheduledThreadPoolExecutor(1, MembershipKeeper::named);
    thread.setRemoveOnCancelPolicy(true); // those who wait give up seldom
    // The transport has them from the beginning, also if the list changes before it is looked at
    // first.
    members.members().stream()
        .map(member -> new MemberId(member.getID()))
        .filter(id -> !id.equals(self))
        .forEach(id -> known.add(id.toNodeId()));
  }

  private static Thread named(Runnable work) {
    Thread made = new Thread(work, "kv-members");
    made.setDaemon(true);
    return made;
  }

  /** Call it once, when the node is open. */
  public void start(RaftNode<KvResult> opened) {
    soon(
        () -> {
          node = opened;
          look();
        });
    opened.addListener(status -> soon(this::look));
  }

  @Override
  public void onMembersChanged() {
    soon(this::look);
  }

  @Override
  public void onRestored() {
    soon(this::look);
  }

  /** A peer says that this member was removed: of which its own log may never tell it. */
  public void onToldRemoved(NodeId saidBy) {
    soon(
        () -> {
          if (!foundRemoved) {
            log.warn("{} refuses this member: it was removed from the cluster", saidBy);
            farewell();
          }
        });
  }

  /** Completes a moment after it was found out that this member was removed for good; never otherwise. */
  public CompletableFuture<Void> removed() {
    return removed;
  }

  /**
   * Completes once the membership in force on this member is as wanted; also when this member is found to be removed. Fails
   * with TIMEOUT, or with SERVER_STOPPED.
   */
  public CompletableFuture<Void> await(Predicate<Membership> condition, Duration timeout) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    awaited.add(reached);
    Optional<ScheduledFuture<?>> giveUp =
        later(() -> reached.completeExceptionally(KvError.TIMEOUT.exception()), timeout.toNanos());
    boolean accepted = soon(() -> wait(new Waiter(condition, reached)));
    if (!accepted || giveUp.isEmpty()) {
      reached.completeExceptionally(KvError.SERVER_STOPPED.exception());
    }
    return reached.whenComplete(
        (done, failure) -> {
          awaited.remove(reached);
          giveUp.ifPresent(task -> task.cancel(false));
        });
  }

  private void wait(Waiter waiter) {
    if (foundRemoved) {
      waiter.reached.complete(null);
    } else {
      waiters.add(waiter);
      look();
    }
  }

  private boolean soon(Runnable work) {
    return later(work, 0).isPresent();
  }

  /** Empty when this is closed. */
  private Optional<ScheduledFuture<?>> later(Runnable work, long nanos) {
    try {
      return Optional.of(thread.schedule(() -> guarded(work), nanos, TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException closed) {
      return Optional.empty();
    }
  }

  /** Once, however often it is asked for meanwhile. */
  private void lookAgainIn(long nanos) {
    ScheduledFuture<?> planned = nextLook;
    if (planned == null || planned.getDelay(TimeUnit.NANOSECONDS) > nanos) {
      if (planned != null) {
        planned.cancel(false);
      }
      nextLook =
          later(
                  () -> {
                    nextLook = null;
                    look();
                  },
                  nanos)
              .orElse(null);
    }
  }

  /** What isn't done now is done when something changes next: that must not depend on this time having gone well. */
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      log.error("looking after the membership failed", e);
    }
  }

  private void look() {
    RaftNode<KvResult> opened = node;
    if (opened == null) {
      return;
    }
    // In this order: what is applied by the time of the status is in the list.
    NodeStatus status = opened.status();
    List<Member> wanted = members.members();
    follow(wanted, status);
    askWhenLost(wanted, status);
    tellWaiters(status.membership());
    if (isOut(status)) {
      farewell();
    } else if (status.isLeader() && !changing) {
      change(opened, status, wanted);
    }
  }

  /** A leader that is left out hands over first; whoever is joint still counts for the old majority. */
  private boolean isOut(NodeStatus status) {
    return !foundRemoved
        && !status.isLeader()
        && !status.membership().isJoint()
        && !status.membership().contains(status.self())
        && wasRemoved.test(self);
  }

  private void farewell() {
    foundRemoved = true;
    waiters.forEach(waiter -> waiter.reached.complete(null));
    waiters.clear();
    var unused = later(() -> removed.complete(null), FAREWELL.toNanos());
  }

  private void tellWaiters(Membership membership) {
    waiters.removeIf(
        waiter -> {
          if (!waiter.reached.isDone() && waiter.condition.test(membership)) {
            waiter.reached.complete(null);
          }
          return waiter.reached.isDone();
        });
  }

  private void change(RaftNode<KvResult> opened, NodeStatus status, List<Member> wanted) {
    Optional<MembershipChange> next =
        MembershipPlan.next(status.membership(), status.membershipId(), wanted);
    if (next.isEmpty()) {
      return;
    }
    if (status.appliedIndex() < status.membershipId().index()) {
      lookAgainIn(RETRY.toNanos());
      return;
    }
    changing = true;
    var unused =
        opened
            .changeMembership(next.get())
            .whenComplete((outcome, failure) -> soon(() -> changed(outcome, failure)));
  }

  private void changed(@Nullable Outcome<Membership> outcome, @Nullable Throwable failure) {
    changing = false;
    if (outcome instanceof Outcome.Committed<Membership> committed) {
      log.info("the membership is now {}", committed.result());
      look();
    } else if (failure == null) {
      log.debug("the membership isn't changed yet: {}", outcome);
      lookAgainIn(RETRY.toNanos());
    }
  }

  /**
   * Whoever is in the list or in the membership is a peer. Those that left are peers for a while: they are to hear of it, and
   * a leader that leaves itself out needs the acknowledgements of the others until it has handed over.
   */
  private void follow(List<Member> wanted, NodeStatus status) {
    for (Member member : wanted) {
      MemberId id = new MemberId(member.getID());
      if (!id.equals(self)) {
        known.add(id.toNodeId());
        peers.set(id, member.getPeerURLsList());
      }
    }
    Set<NodeId> belonging =
        wanted.stream()
            .map(member -> new MemberId(member.getID()).toNodeId())
            .collect(Collectors.toCollection(TreeSet::new));
    belonging.addAll(status.membership().members());
    status.leader().ifPresent(belonging::add);
    heardOf.removeIf(node -> belonging.contains(node) || wasRemoved.test(MemberId.of(node)));
    belonging.addAll(heardOf);
    leftAt.keySet().removeAll(belonging);
    known.removeIf(node -> !belonging.contains(node) && forget(node));
  }

  /**
   * Whoever was added while this member was down is a stranger to it, and isn't let in; if just that one leads, nothing would ever
   * change that. So a member that hears no leader asks those that it knows.
   */
  private void askWhenLost(List<Member> wanted, NodeStatus status) {
    if (status.leader().isPresent()) {
      lostSince = OptionalLong.empty();
      return;
    }
    long now = System.nanoTime();
    if (lostSince.isEmpty()) {
      lostSince = OptionalLong.of(now);
    }
    long left = lostSince.getAsLong() + forgetAfterNanos - now;
    if (left <= 0) {
      lostSince = OptionalLong.of(now);
      left = forgetAfterNanos;
      for (Member member : wanted) {
        if (member.getID() != self.value()) {
          var unused =
              peers
                  .ask(member.getPeerURLsList())
                  .whenComplete((told, failure) -> soon(() -> hear(told, failure)));
        }
      }
    }
    lookAgainIn(left);
  }

  private void hear(@Nullable List<Member> told, @Nullable Throwable failure) {
    if (told == null) {
      log.debug("a peer doesn't say who the members are", failure);
      return;
    }
    for (Member member : told) {
      MemberId id = new MemberId(member.getID());
      boolean isNews =
          !id.equals(self)
              && !wasRemoved.test(id)
              && member.getPeerURLsCount() > 0
              && known.add(id.toNodeId());
      if (isNews) {
        log.info("others know the member {} at {}: it is let in", id, member.getPeerURLsList());
        heardOf.add(id.toNodeId());
        peers.set(id, member.getPeerURLsList());
      }
    }
  }

  private boolean forget(NodeId gone) {
    long now = System.nanoTime();
    long left = leftAt.computeIfAbsent(gone, node -> now) + forgetAfterNanos - now;
    if (left > 0) {
      lookAgainIn(left);
      return false;
    }
    leftAt.remove(gone);
    peers.remove(gone);
    log.info("{} isn't a peer any more", gone);
    return true;
  }

  /** What waits fails. Blocks for a moment; idempotent. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("the keeper of the membership didn't end in time");
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    awaited.forEach(reached -> reached.completeExceptionally(KvError.SERVER_STOPPED.exception()));
  }
}
