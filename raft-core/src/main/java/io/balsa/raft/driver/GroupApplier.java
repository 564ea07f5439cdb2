package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.ApplyRange;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One group's state machine and how far it has come. The loop hands in work in order; everything else runs on the apply
 * thread.
 *
 * @param <R> what a command results in
 */
final class GroupApplier<R> {
  private static final int RUN_ENTRIES_MAX = 1024;
  private static final long RUN_BYTES_MAX = 4L << 20;

  private final GroupId group;
  private final StateMachine<R> stateMachine;
  private final LogView log;
  private final Applier thread;
  private final FailStop failStop;
  private final ProposalTable<R> proposals;
  private final MembershipChanges changes;
  private final GroupSnapshots snapshots;
  private final OwnSnapshots ownSnapshots;
  private final Consumer<Input> inbox;

  /** Ranges and installs in the core's order. What waits is bounded by what may be uncommitted. */
  private final Queue<Work> work = new ConcurrentLinkedQueue<>();

  /** Granted reads whose index isn't applied yet. The apply thread; bounded by the reads that may be open. */
  private final PriorityQueue<GrantedRead> waitingReads =
      new PriorityQueue<>(Comparator.comparingLong(GrantedRead::index));

  /** The last entry that the state machine holds, of any kind. Written by the apply thread. */
  private volatile EntryId applied;

  /** The newest membership at or before {@code applied}. The apply thread. */
  private MembershipEntry membership;

  /**
   * Counted up before the log is thrown away for the snapshot: ranges that are still waiting then have lost their entries,
   * and the snapshot covers them.
   */
  private final AtomicInteger installsWaiting = new AtomicInteger();

  private volatile boolean stopped;

  /** Either a range to apply or a snapshot to install first. */
  private sealed interface Work {
    record Apply(ApplyRange range) implements Work {}

    record Install(SnapshotMeta meta, Runnable onRestored) implements Work {}
  }

  private record GrantedRead(long index, PendingRead<?> read) {}

  /** A state that was captured for a peer, and what it covers. */
  record Captured(SnapshotMeta meta, Snapshot snapshot) {}

  GroupApplier(
      GroupParts<R> parts, OwnSnapshots ownSnapshots, EntryId applied, MembershipEntry membership) {
    this.group = parts.group();
    this.stateMachine = parts.stateMachine();
    this.log = parts.log();
    this.thread = parts.host().applier();
    this.failStop = parts.host().failStop();
    this.proposals = parts.proposals();
    this.changes = parts.changes();
    this.snapshots = parts.snapshots();
    this.inbox = parts.inbox();
    this.ownSnapshots = ownSnapshots;
    this.applied = applied;
    this.membership = membership;
  }

  long appliedIndex() {
    return applied.index();
  }

  /** The loop. */
  void apply(ApplyRange range) {
    work.add(new Work.Apply(range));
    thread.execute(this::work);
  }

  /** Restores the snapshot after all that was handed in before. The loop, before it lets go of the log. */
  void install(SnapshotMeta meta, Runnable onRestored) {
    installsWaiting.incrementAndGet();
    work.add(new Work.Install(meta, onRestored));
    thread.execute(this::work);
  }

  /** Answers the reads as soon as the index is applied. Any thread. */
  void answerWhenApplied(long readIndex, List<PendingRead<?>> reads) {
    thread.execute(() -> answerOrWait(readIndex, reads));
  }

  /** Captures the state for a peer. Any thread. */
  CompletableFuture<Captured> capture() {
    return thread.call(
        () -> {
          Invariant.check(!stopped, "%s has stopped", group);
          return new Captured(meta(), stateMachine.capture());
        });
  }

  /** Calls the state machine no more. Any thread; a call that runs isn't waited for. */
  void stop() {
    stopped = true;
  }

  private void work() {
    for (Work next = work.poll(); next != null; next = work.poll()) {
      if (next instanceof Work.Apply apply) {
        applyThrough(mergeFollowing(apply.range().throughIndex()));
      } else if (next instanceof Work.Install install) {
        restore(install);
      }
    }
  }

  /** Takes the ranges that wait behind this one, so that a state machine that is behind gets larger runs. */
  private long mergeFollowing(long throughIndex) {
    long through = throughIndex;
    while (work.peek() instanceof Work.Apply following
        && following.range().fromIndex() == through + 1) {
      through = following.range().throughIndex();
      work.remove();
    }
    return through;
  }

  private void applyThrough(long throughIndex) {
    while (applied.index() < throughIndex && mayApply()) {
      long fromIndex = applied.index() + 1;
      long toIndex = Math.min(throughIndex + 1, fromIndex + RUN_ENTRIES_MAX);
      List<Entry> run = log.read(fromIndex, toIndex, RUN_BYTES_MAX);
      if (run.isEmpty() && !mayApply()) {
        return;
      }
      Invariant.check(
          !run.isEmpty() && run.get(0).index() == fromIndex,
          "%s: the committed entry %d isn't in the log",
          group,
          fromIndex);
      applyRun(run);
    }
  }

  private boolean mayApply() {
    return !stopped && !thread.isStopped() && installsWaiting.get() == 0;
  }

  private void applyRun(List<Entry> run) {
    EntryId through = run.get(run.size() - 1).id();
    List<Entry> commands = new ArrayList<>(run.size());
    for (Entry entry : run) {
      if (entry.kind() == EntryKind.COMMAND) {
        commands.add(entry);
      }
    }
    List<R> results = callStateMachine(commands, run.get(0).id(), through);
    if (stopped) {
      return;
    }
    for (Entry entry : run) {
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        Failpoints.at(RaftFailpoint.MEMBERSHIP_BEFORE_APPLIED);
        membership = new MembershipEntry(entry.id(), Membership.decode(entry.payload()));
        Failpoints.at(RaftFailpoint.MEMBERSHIP_AFTER_APPLIED);
      }
    }
    applied = through;
    proposals.onApplied(run, results);
    changes.onApplied(run);
    Failpoints.at(RaftFailpoint.APPLY_AFTER_ANSWERS);
    inbox.accept(new Input.Applied(through.index()));
    answerReads();
    if (ownSnapshots.isDue(through.index())) {
      ownSnapshots.take(meta());
    }
  }

  private List<R> callStateMachine(List<Entry> commands, EntryId from, EntryId through) {
    try {
      Failpoints.at(RaftFailpoint.APPLY_BEFORE);
      List<R> results = stateMachine.applyAll(commands, through);
      Failpoints.at(RaftFailpoint.APPLY_AFTER);
      Invariant.check(
          results.size() == commands.size(),
          "%d commands had %d results",
          commands.size(),
          results.size());
      return results;
    } catch (RuntimeException | Error e) {
      // A state that missed an entry, or part of one, serves nobody.
      stopped = true;
      failStop.fail(
          group + ": the state machine failed in the entries " + from + " to " + through, e);
      return List.of();
    }
  }

  private void restore(Work.Install install) {
    installsWaiting.decrementAndGet();
    if (stopped || thread.isStopped()) {
      return;
    }
    SnapshotMeta meta = install.meta();
    try {
      Failpoints.at(RaftFailpoint.SNAPSHOT_BEFORE_INSTALL);
      restoreFrom(snapshots, stateMachine, meta);
      Failpoints.at(RaftFailpoint.SNAPSHOT_AFTER_INSTALL);
    } catch (IOException | RuntimeException | Error e) {
      stopped = true;
      failStop.fail(group + ": the snapshot through " + meta.last() + " can't be restored", e);
      return;
    }
    applied = meta.last();
    membership = meta.membership();
    ownSnapshots.onInstalled(meta.index());
    install.onRestored().run();
    proposals.onSnapshotInstalled(meta.index());
    changes.onSnapshotInstalled(meta);
    inbox.accept(new Input.Applied(meta.index()));
    answerReads();
  }

  /** The apply thread. */
  static void restoreFrom(GroupSnapshots snapshots, StateMachine<?> stateMachine, SnapshotMeta meta)
      throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(snapshots.open(meta)))) {
      stateMachine.restore(meta, in);
    }
  }

  private void answerOrWait(long readIndex, List<PendingRead<?>> reads) {
    for (PendingRead<?> read : reads) {
      if (readIndex <= applied.index()) {
        read.answer(readIndex);
      } else if (!read.isFinished()) {
        waitingReads.add(new GrantedRead(readIndex, read));
      }
    }
  }

  private void answerReads() {
    for (GrantedRead next = waitingReads.peek();
        next != null && next.index() <= applied.index();
        next = waitingReads.peek()) {
      waitingReads.remove();
      next.read().answer(next.index());
    }
  }

  private SnapshotMeta meta() {
    return new SnapshotMeta(applied, membership);
  }
}
