package io.balsa.raft.driver;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.ProposalDecision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One group's proposals that wait for their outcome. Thread-safe: the loop registers and decides, the apply thread brings
 * results, whoever stops the group ends all. Listeners are called outside the lock, on the thread that brought the news.
 */
final class ProposalTable<R> {
  /*
   *   register ──► undecided ──Accepted(id)──► waiting at id.index ──applied same id───► committed
   *                    │                              │            ──applied other id──► rejected (SUPERSEDED)
   *                    │ Rejected, Unknown            │ timeout, snapshot over it, stop
   *                    ▼                              ▼
   *              rejected, unknown                 unknown
   *
   * A result is matched by (term, index), never by index alone. Two proposals may wait at one index: one that an earlier
   * leader accepted, and one that a later leader accepted there. Whichever entry is applied decides both.
   *
   * Hazard: a follower may apply an entry before it hears (ProposeAccepted) that the entry is its own forwarded proposal,
   * if messages overtake each other. So while any proposal is undecided, the results of applied entries are kept for a
   * while (RecentResults). What bounds them: the number of slots, and that they are dropped as soon as nothing is
   * undecided. A proposal whose result was pushed out meanwhile is reported as unknown, which is true.
   */
  private final long timeoutNanos;

  /** In order of registration, which is the order of the deadlines; finished ones leave when they reach the head. */
  private final Deque<Pending<R>> byDeadline = new ArrayDeque<>();

  private final Map<Long, Pending<R>> undecided = new HashMap<>();

  /** By the index of the entry; more than one at an index are linked. */
  private final Map<Long, Pending<R>> waiting = new HashMap<>();

  private final RecentResults<R> recent = new RecentResults<>();

  private long nextId;
  private long appliedIndex;
  private @Nullable NodeStoppedException stopped;

  /**
   * @param firstId above every id of an earlier incarnation
   */
  ProposalTable(long firstId, long timeoutNanos, long appliedIndex) {
    this.nextId = firstId;
    this.timeoutNanos = timeoutNanos;
    this.appliedIndex = appliedIndex;
  }

  /** Takes the listener in and returns the proposal's id: consecutive from call to call. The loop. */
  long register(ProposalListener<R> listener, long nowNanos) {
    NodeStoppedException reason;
    synchronized (this) {
      long id = nextId++;
      reason = stopped;
      if (reason == null) {
        Pending<R> pending = new Pending<>(id, nowNanos + timeoutNanos, listener);
        byDeadline.add(pending);
        undecided.put(id, pending);
        return id;
      }
    }
    listener.onStopped(reason);
    return -1;
  }

  /** The loop. */
  void onDecision(ProposalDecision decision) {
    News<R> news = new News<>();
    synchronized (this) {
      for (int i = 0; i < decision.count(); i++) {
        Pending<R> pending = undecided.remove(decision.firstProposalId() + i);
        if (pending != null) {
          decide(pending, decision, i, news);
        }
      }
      forgetResultsNobodyAsksFor();
    }
    news.tell();
  }

  private void decide(Pending<R> pending, ProposalDecision decision, int offset, News<R> news) {
    if (decision instanceof ProposalDecision.Accepted accepted) {
      EntryId first = accepted.first();
      accept(pending, new EntryId(first.term(), first.index() + offset), news);
    } else if (decision instanceof ProposalDecision.Rejected rejected) {
      news.add(pending.take(), l -> l.onRejected(rejected.reason(), rejected.leader()));
    } else {
      news.add(pending.take(), ProposalListener::onUnknown);
    }
  }

  private void accept(Pending<R> pending, EntryId id, News<R> news) {
    pending.entry = id;
    if (id.index() > appliedIndex) {
      pending.next = waiting.get(id.index());
      waiting.put(id.index(), pending);
      return;
    }
    RecentResults.Applied<R> applied = recent.at(id.index());
    if (applied == null) {
      news.add(pending.take(), ProposalListener::onUnknown);
    } else {
      settle(pending, applied, news);
    }
  }

  /**
   * The entries were applied, in order, directly after those of the last call. The apply thread.
   *
   * @param results one for each entry that is a command
   */
  void onApplied(List<Entry> entries, List<R> results) {
    News<R> news = new News<>();
    synchronized (this) {
      Iterator<R> nextResult = results.iterator();
      for (Entry entry : entries) {
        boolean isCommand = entry.kind() == EntryKind.COMMAND;
        R result = isCommand ? nextResult.next() : null;
        onApplied(new RecentResults.Applied<>(entry.id(), isCommand, result), news);
      }
    }
    news.tell();
  }

  private void onApplied(RecentResults.Applied<R> applied, News<R> news) {
    appliedIndex = applied.id().index();
    if (!undecided.isEmpty()) {
      recent.keep(applied);
    }
    Pending<R> pending = waiting.isEmpty() ? null : waiting.remove(appliedIndex);
    while (pending != null) {
      settle(pending, applied, news);
      pending = pending.next;
    }
  }

  private void settle(Pending<R> pending, RecentResults.Applied<R> applied, News<R> news) {
    if (applied.id().equals(pending.entry)) {
      Invariant.check(
          applied.isCommand(), "proposal %d became the no command %s", pending.id, applied.id());
      news.add(pending.take(), l -> l.onCommitted(applied.id(), resultOf(applied)));
    } else {
      news.add(pending.take(), l -> l.onRejected(RejectReason.SUPERSEDED, Optional.empty()));
    }
  }

  @SuppressWarnings(
      "NullAway") // A state machine may well answer null: its R is then a nullable type.
  private static <R> R resultOf(RecentResults.Applied<R> applied) {
    return applied.result();
  }

  /** A snapshot replaced everything through the index: what became of proposals there can't be told. The apply thread. */
  void onSnapshotInstalled(long index) {
    News<R> news = new News<>();
    synchronized (this) {
      appliedIndex = Math.max(appliedIndex, index);
      Iterator<Map.Entry<Long, Pending<R>>> all = waiting.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<Long, Pending<R>> at = all.next();
        if (at.getKey() <= index) {
          all.remove();
          for (Pending<R> p = at.getValue(); p != null; p = p.next) {
            news.add(p.take(), ProposalListener::onUnknown);
          }
        }
      }
    }
    news.tell();
  }

  /** Gives up what has waited for too long. The loop. */
  void expire(long nowNanos) {
    News<R> news = new News<>();
    synchronized (this) {
      for (Pending<R> head = byDeadline.peek(); head != null; head = byDeadline.peek()) {
        if (head.listener != null && head.deadlineNanos > nowNanos) {
          break;
        }
        byDeadline.remove();
        if (head.listener != null) {
          forget(head);
          news.add(head.take(), ProposalListener::onUnknown);
        }
      }
      forgetResultsNobodyAsksFor();
    }
    news.tell();
  }

  /** When {@link #expire} has something to do; {@link Long#MAX_VALUE} for never. The loop. */
  synchronized long nextDeadline() {
    Pending<R> head = byDeadline.peek();
    return head == null ? Long.MAX_VALUE : head.deadlineNanos;
  }

  /** Ends all, and whatever is registered from now on. Any thread; idempotent. */
  void stop(NodeStoppedException reason) {
    News<R> news = new News<>();
    synchronized (this) {
      stopped = reason;
      for (Pending<R> pending : byDeadline) {
        news.add(pending.take(), l -> l.onStopped(reason));
      }
      byDeadline.clear();
      undecided.clear();
      waiting.clear();
      recent.clear();
    }
    news.tell();
  }

  private void forget(Pending<R> pending) {
    undecided.remove(pending.id);
    EntryId entry = pending.entry;
    if (entry == null) {
      return;
    }
    Pending<R> kept = null;
    for (Pending<R> p = waiting.remove(entry.index()); p != null; ) {
      Pending<R> following = p.next;
      if (p != pending) {
        p.next = kept;
        kept = p;
      }
      p = following;
    }
    if (kept != null) {
      waiting.put(entry.index(), kept);
    }
  }

  private void forgetResultsNobodyAsksFor() {
    if (undecided.isEmpty()) {
      recent.clear();
    }
  }

  /** One proposal; {@code listener} is null once its outcome is told. */
  private static final class Pending<R> {
    final long id;
    final long deadlineNanos;
    @Nullable ProposalListener<R> listener;
    @Nullable EntryId entry;
    @Nullable Pending<R> next;

    Pending(long id, long deadlineNanos, ProposalListener<R> listener) {
      this.id = id;
      this.deadlineNanos = deadlineNanos;
      this.listener = listener;
    }

    /** The listener, for the only time. */
    @Nullable ProposalListener<R> take() {
      ProposalListener<R> taken = listener;
      listener = null;
      return taken;
    }
  }

  /** What is told once the lock is free: listeners run the user's continuations. */
  private static final class News<R> {
    private final List<Runnable> told = new ArrayList<>();

    void add(@Nullable ProposalListener<R> listener, Outcome<R> outcome) {
      if (listener != null) {
        told.add(() -> outcome.tell(listener));
      }
    }

    void tell() {
      told.forEach(Runnable::run);
    }
  }

  @FunctionalInterface
  private interface Outcome<R> {
    void tell(ProposalListener<R> listener);
  }
}
