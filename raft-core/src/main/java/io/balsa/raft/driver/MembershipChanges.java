package io.balsa.raft.driver;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.ProposalDecision;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One group's membership changes that wait for their outcome. Thread-safe: the loop registers and decides, the apply thread
 * brings what is applied, whoever stops the group ends all. Listeners are called outside the lock.
 *
 * <p>A change is finished when a membership that isn't joint is applied at the entry that begins it or after: a joint one
 * is on its way to it, and is left by whichever leader finds it committed.
 */
final class MembershipChanges {
  private static final class Pending {
    final long deadlineNanos;
    final ProposalListener<Membership> listener;

    /** The entry that begins the change; null until the leader has appended it. */
    @Nullable EntryId entry;

    /** Whether that very entry is applied. */
    boolean begun;

    Pending(long deadlineNanos, ProposalListener<Membership> listener) {
      this.deadlineNanos = deadlineNanos;
      this.listener = listener;
    }
  }

  private final long timeoutNanos;

  /** By their ids, which count down from -1, apart from those of proposals; so the last one is the oldest. */
  private final TreeMap<Long, Pending> open = new TreeMap<>();

  private long nextId = -1;
  private @Nullable NodeStoppedException stopped;

  MembershipChanges(long timeoutNanos) {
    this.timeoutNanos = timeoutNanos;
  }

  /** Whether a decision is about a membership change, and not about proposals. */
  static boolean decides(ProposalDecision decision) {
    return decision.firstProposalId() < 0;
  }

  /** Takes the listener in and returns the change's id, or nothing if the group has stopped. The loop. */
  Optional<Long> register(ProposalListener<Membership> listener, long nowNanos) {
    NodeStoppedException reason;
    synchronized (this) {
      reason = stopped;
      if (reason == null) {
        open.put(nextId, new Pending(nowNanos + timeoutNanos, listener));
        return Optional.of(nextId--);
      }
    }
    listener.onStopped(reason);
    return Optional.empty();
  }

  /** The loop, before it hands the entries in question to the apply thread. */
  void onDecision(ProposalDecision decision) {
    List<Runnable> news = new ArrayList<>();
    synchronized (this) {
      long id = decision.firstProposalId();
      Pending pending = open.get(id);
      if (pending == null) {
        return; // It has waited for too long.
      }
      if (decision instanceof ProposalDecision.Accepted accepted) {
        pending.entry = accepted.first();
        return;
      }
      open.remove(id);
      if (decision instanceof ProposalDecision.Rejected rejected) {
        news.add(() -> pending.listener.onRejected(rejected.reason(), rejected.leader()));
      } else {
        news.add(pending.listener::onUnknown);
      }
    }
    news.forEach(Runnable::run);
  }

  /** The entries were applied, in order, directly after those of the last call. The apply thread. */
  void onApplied(List<Entry> entries) {
    endThose(
        (pending, news) -> {
          for (Entry entry : entries) {
            if (onApplied(pending, entry, news)) {
              return true;
            }
          }
          return false;
        });
  }

  /** Whether the change has ended with the entry. */
  private static boolean onApplied(Pending pending, Entry entry, Consumer<Runnable> news) {
    EntryId begin = pending.entry;
    if (begin == null || entry.index() < begin.index()) {
      return false;
    }
    if (entry.index() == begin.index() && !entry.id().equals(begin)) {
      news.accept(() -> pending.listener.onRejected(RejectReason.SUPERSEDED, Optional.empty()));
      return true;
    }
    pending.begun = true;
    return entry.kind() == EntryKind.MEMBERSHIP
        && endsWith(
            pending, new MembershipEntry(entry.id(), Membership.decode(entry.payload())), news);
  }

  private static boolean endsWith(
      Pending pending, MembershipEntry applied, Consumer<Runnable> news) {
    if (applied.membership().isJoint()) {
      return false;
    }
    news.accept(() -> pending.listener.onCommitted(applied.id(), applied.membership()));
    return true;
  }

  /**
   * A snapshot replaced everything through its last entry: whether the entry that begins a change is in it can't be told.
   * The apply thread.
   */
  void onSnapshotInstalled(SnapshotMeta meta) {
    endThose(
        (pending, news) -> {
          EntryId begin = pending.entry;
          if (begin == null || begin.index() > meta.index()) {
            return false;
          }
          if (pending.begun) {
            return endsWith(pending, meta.membership(), news);
          }
          news.accept(pending.listener::onUnknown);
          return true;
        });
  }

  /** Gives up what has waited for too long. The loop. */
  void expire(long nowNanos) {
    endThose(
        (pending, news) -> {
          boolean overdue = pending.deadlineNanos <= nowNanos;
          if (overdue) {
            news.accept(pending.listener::onUnknown);
          }
          return overdue;
        });
  }

  /** When {@link #expire} has something to do; {@link Long#MAX_VALUE} for never. The loop. */
  synchronized long nextDeadline() {
    return open.isEmpty() ? Long.MAX_VALUE : open.lastEntry().getValue().deadlineNanos;
  }

  /** Ends all, and whatever is registered from now on. Any thread; idempotent. */
  void stop(NodeStoppedException reason) {
    synchronized (this) {
      stopped = reason;
    }
    endThose(
        (pending, news) -> {
          news.accept(() -> pending.listener.onStopped(reason));
          return true;
        });
  }

  /** Says whether a change has ended, and if so, what its listener is told once the lock is free. */
  @FunctionalInterface
  private interface Ending {
    boolean of(Pending pending, Consumer<Runnable> news);
  }

  private void endThose(Ending ending) {
    List<Runnable> news = new ArrayList<>();
    synchronized (this) {
      Iterator<Pending> all = open.values().iterator();
      while (all.hasNext()) {
        if (ending.of(all.next(), news::add)) {
          all.remove();
        }
      }
    }
    news.forEach(Runnable::run);
  }
}
