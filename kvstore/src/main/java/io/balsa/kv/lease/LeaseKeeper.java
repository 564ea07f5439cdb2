package io.balsa.kv.lease;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.LeaseExpire;
import io.balsa.kv.command.LeaseRemainders;
import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.kv.lease.Countdown.Held;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.LeaseCheckpoint;
import io.balsa.kv.request.Replica;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.LeaseRecord;
import io.balsa.kv.state.LeaseView;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.Bytes;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of the leases. It runs on the leader only: {@link #onStatus} starts and stops it,
 * {@link #tick} moves it on.
 *
 * <p>Thread-safe, and nothing blocks: a lock guards the countdown, held for moments only and never
 * while calling out. Futures complete on Raft's threads; what takes longer is left to an executor.
 */
public final class LeaseKeeper implements ApplyListener {
  /*
   * The promise: a lease lives at least its TTL after it was granted, and after its last renewal
   * came in.
   *
   * One leader keeps it by its own monotonic clock. Across a change of leader three things keep it:
   *
   *   1. A new leader takes over every lease of the log with its full TTL and an election timeout
   *      on top, counted from after its own term's first entry was applied: everything that older
   *      leaders had decided is in the state by then, and nothing of theirs can come later.
   *   2. A renewal is answered only after a round of heartbeats that began after the request came
   *      in (`LeadershipRounds`). etcd answers from memory; a leader that was paused and deposed,
   *      and doesn't know it, then promises a TTL while the new leader's countdown has been running
   *      for as long as the pause was. With the round, no other leader can have been elected before
   *      the request came in: one of its voters answered our round, and voted later. So the new
   *      countdown ends later than the promise. A round costs no disk, and all renewals that wait
   *      share it.
   *   3. What a deposed leader believes has no effect: an expiry or a checkpoint names the term of
   *      its proposer, and is void in any other (etcd #15247: a leader that hung in fdatasync came back and
   *      revoked everything).
   *
   * A checkpoint logs how much of a long TTL is left, so that a lease that nobody renews does end,
   * however often leaders change. It shortens what (1) gives; so a renewal of a checkpointed lease
   * first takes the checkpoint back through the log. That is the only renewal that touches the log:
   * once per interval and lease at most.
   */
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** So that nobody waits for the lock for long, however many leases there are. */
  private static final int LOOKED_UP_AT_ONCE = 1000;

  private final Replica replica;
  private final LeaseView leases;
  private final LeaseConfig config;
  private final LongSupplier nanoClock;
  private final Executor background;
  private final long originNanos;
  private final LeadershipRounds rounds;
  private final Object lock = new Object();

  /**
   * Held while checkpoints are proposed or taken back, from the decision on, so that they stand in
   * the log in the order in which they were decided. Taken before the lock.
   */
  private final Object checkpointOrder = new Object();

  /** Null unless this member leads. Guarded by the lock, and so is everything in it. */
  private @Nullable Countdown countdown;

  /** What is left of a lease. */
  public record TimeLeft(long remainingSeconds, long grantedSeconds) {}

  /**
   * @param nanoClock monotonic, as {@link System#nanoTime}
   * @param background for work that is too long for Raft's threads
   */
  public LeaseKeeper(
      Replica replica,
      LeaseView leases,
      LeaseConfig config,
      LongSupplier nanoClock,
      Executor background) {
    this.replica = replica;
    this.leases = leases;
    this.config = config;
    this.background = background;
    this.nanoClock = nanoClock;
    this.originNanos = nanoClock.getAsLong();
    this.rounds = new LeadershipRounds(replica);
  }

  private long now() {
    return (nanoClock.getAsLong() - originNanos) / NANOS_PER_MILLI;
  }

  // ---- leadership ----

  /** Role or term have changed, perhaps. To be called by the node's listener. */
  public void onStatus(NodeStatus status) {
    List<CompletableFuture<Long>> over = List.of();
    Countdown begun = null;
    synchronized (lock) {
      boolean same = countdown != null && status.isLeader() && countdown.term == status.term();
      if (!same && countdown != null) {
        over = countdown.allWaiting();
        countdown = null;
      }
      if (!same && status.isLeader()) {
        begun = new Countdown(status.term(), config, now());
        countdown = begun;
      }
    }
    over.forEach(waiting -> waiting.completeExceptionally(KvError.LEADER_CHANGED.exception()));
    if (begun != null) {
      promote(begun);
    }
  }

  /**
   * Takes over the leases, once everything of earlier terms is applied: a round of this term waits
   * for just that.
   */
  private void promote(Countdown begun) {
    synchronized (lock) {
      if (countdown != begun || begun.isComplete() || begun.promoting) {
        return;
      }
      begun.promoting = true;
    }
    var unused =
        rounds
            .confirm()
            .thenAcceptAsync(term -> takeOver(begun, term), background)
            .whenComplete(
                (done, failure) -> {
                  synchronized (lock) {
                    begun.promoting = false; // If it failed, the next tick tries again.
                  }
                });
  }

  private void takeOver(Countdown begun, long confirmedTerm) {
    if (confirmedTerm != begun.term) {
      return;
    }
    List<LeaseRecord> records = leases.all();
    synchronized (lock) {
      begun.promote(records, now());
    }
    LOG.info("keeping {} leases as the leader of term {}", records.size(), begun.term);
  }

  // ---- what was applied ----

  @Override
  public void onLeaseGranted(long id, long ttlSeconds) {
    synchronized (lock) {
      if (countdown != null) {
        countdown.add(new LeaseRecord(id, ttlSeconds, 0), now());
      }
    }
  }

  @Override
  public void onLeaseRevoked(long id) {
    List<CompletableFuture<Long>> waiting = List.of();
    synchronized (lock) {
      if (countdown != null) {
        waiting = countdown.remove(id);
      }
    }
    waiting.forEach(renewal -> renewal.complete(0L));
  }

  @Override
  public void onLeaseCheckpointed(long id, long remainingSeconds) {
    synchronized (lock) {
      Held held = countdown == null ? null : countdown.find(id);
      if (held != null && remainingSeconds > 0) {
        held.checkpointed = true;
      }
    }
  }

  // ---- requests ----

  /**
   * Starts the lease's time again. Completes with its TTL in seconds, or 0 for a lease that isn't
   * there or was too late: then not before it is gone.
   *
   * <p>Fails with NOT_LEADER or LEADER_CHANGED if this member doesn't lead: ask the leader.
   */
  public CompletableFuture<Long> renew(long id) {
    return rounds.confirm().thenCompose(term -> renewAsLeader(id, term));
  }

  private CompletableFuture<Long> renewAsLeader(long id, long term) {
    Optional<LeaseRecord> applied = isHeld(id) ? Optional.empty() : leases.lookup(id);
    synchronized (lock) {
      Countdown counting = countingIn(term);
      Held held = counting == null ? null : held(counting, id, applied);
      if (counting == null) {
        return CompletableFuture.failedFuture(KvError.LEADER_CHANGED.exception());
      }
      if (held == null) {
        return CompletableFuture.completedFuture(0L);
      }
      long now = now();
      counting.expireIfDue(held, now);
      if (held.expired) {
        CompletableFuture<Long> gone = new CompletableFuture<>();
        held.waiting.add(gone);
        return gone;
      }
      if (!held.checkpointed) {
        counting.renew(held, now);
        return CompletableFuture.completedFuture(held.ttlSeconds);
      }
    }
    return takeBackCheckpoint(id, term).thenCompose(done -> renewAfterTakeBack(id, term, done));
  }

  /**
   * The countdown of a confirmed term; null until it has taken over all leases, and once it is
   * over.
   */
  private @Nullable Countdown countingIn(long term) {
    Countdown counting = countdown;
    return counting != null && counting.term == term && counting.isComplete() ? counting : null;
  }

  private boolean isHeld(long id) {
    synchronized (lock) {
      return countdown != null && countdown.find(id) != null;
    }
  }

  /** A lease may be applied already though we are only about to hear of it. */
  private @Nullable Held held(Countdown counting, long id, Optional<LeaseRecord> applied) {
    Held held = counting.find(id);
    return held == null && applied.isPresent() ? counting.add(applied.get(), now()) : held;
  }

  /** Completes with whether the log no longer shortens the lease. */
  private CompletableFuture<Boolean> takeBackCheckpoint(long id, long term) {
    LeaseCheckpoint full = LeaseCheckpoint.newBuilder().setID(id).setRemainingTTL(0).build();
    CompletableFuture<Outcome<KvResult>> logged;
    synchronized (checkpointOrder) {
      synchronized (lock) {
        Countdown counting = countingIn(term);
        Held held = counting == null ? null : counting.find(id);
        if (counting != null && held != null) {
          counting.holdCheckpoint(held);
        }
      }
      logged = replica.propose(checkpointCommand(List.of(full), term));
    }
    return logged.thenApply(
        outcome ->
            outcome instanceof Outcome.Committed<KvResult> committed
                && committed.id().term() == term);
  }

  private CompletableFuture<Long> renewAfterTakeBack(long id, long term, boolean committed) {
    synchronized (lock) {
      Countdown counting = countingIn(term);
      Held held = counting == null ? null : counting.find(id);
      if (counting == null) {
        return CompletableFuture.failedFuture(KvError.LEADER_CHANGED.exception());
      }
      if (held == null) {
        return CompletableFuture.completedFuture(0L);
      }
      if (committed && !held.expired) {
        held.checkpointed = false;
        counting.renew(held, now());
        return CompletableFuture.completedFuture(held.ttlSeconds);
      }
      counting.armCheckpoint(held, now());
      return CompletableFuture.failedFuture(KvError.TIMEOUT.exception());
    }
  }

  /**
   * What is left of a lease; empty for one that isn't there.
   *
   * <p>Fails with NOT_LEADER or LEADER_CHANGED if this member doesn't lead: ask the leader.
   */
  public CompletableFuture<Optional<TimeLeft>> timeLeft(long id) {
    return rounds.confirm().thenCompose(term -> timeLeftAsLeader(id, term));
  }

  private CompletableFuture<Optional<TimeLeft>> timeLeftAsLeader(long id, long term) {
    Optional<LeaseRecord> applied = isHeld(id) ? Optional.empty() : leases.lookup(id);
    synchronized (lock) {
      Countdown counting = countingIn(term);
      Held held = counting == null ? null : held(counting, id, applied);
      if (counting == null) {
        return CompletableFuture.failedFuture(KvError.LEADER_CHANGED.exception());
      }
      if (held == null) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      long left = Math.max(0, counting.remainingMillis(held, now()) / 1000);
      return CompletableFuture.completedFuture(Optional.of(new TimeLeft(left, held.ttlSeconds)));
    }
  }

  /** The leases, soonest to expire first; where this member doesn't lead, as they are: only a leader counts down. */
  public List<LeaseRecord> soonestFirst(List<LeaseRecord> records) {
    Map<Long, Long> remainingMillis = new HashMap<>();
    for (int from = 0; from < records.size(); from += LOOKED_UP_AT_ONCE) {
      int to = Math.min(records.size(), from + LOOKED_UP_AT_ONCE);
      synchronized (lock) {
        if (countdown == null) {
          return records;
        }
        for (LeaseRecord record : records.subList(from, to)) {
          Held held = countdown.find(record.id());
          if (held != null) {
            remainingMillis.put(record.id(), countdown.remainingMillis(held, now()));
          }
        }
      }
    }
    return records.stream()
        .sorted(
            Comparator.comparing(
                record -> remainingMillis.getOrDefault(record.id(), Long.MAX_VALUE)))
        .toList();
  }

  // ---- time ----

  /**
   * Expires and checkpoints what is due. To be called every {@link LeaseConfig#tick}, by one
   * thread.
   */
  public void tick() {
    Countdown counting;
    boolean complete;
    synchronized (lock) {
      counting = countdown;
      complete = counting != null && counting.isComplete();
    }
    if (counting == null) {
      return;
    }
    if (!complete) {
      promote(counting);
      return;
    }
    logCheckpoints(counting);
    expireDue(counting);
  }

  private void logCheckpoints(Countdown counting) {
    List<LeaseCheckpoint> checkpoints;
    CompletableFuture<Outcome<KvResult>> logged;
    synchronized (checkpointOrder) {
      synchronized (lock) {
        checkpoints = counting.checkpointBatch(now());
      }
      if (checkpoints.isEmpty()) {
        return;
      }
      Failpoints.at(KvFailpoint.LEASE_BEFORE_CHECKPOINT);
      logged = replica.propose(checkpointCommand(checkpoints, counting.term));
    }
    var unused =
        logged.whenComplete(
            (outcome, failure) -> {
              if (!(outcome instanceof Outcome.Committed<KvResult>)) {
                LOG.debug("{} lease checkpoints weren't logged: {}", checkpoints.size(), outcome);
              }
            });
  }

  /**
   * Proposes one batch; the next follows when this one is applied, so a storm of expiries never
   * floods the log.
   */
  private void expireDue(Countdown counting) {
    List<Long> ids;
    synchronized (lock) {
      if (countdown != counting || counting.expiring || now() < counting.expiryNotBefore) {
        return;
      }
      ids = counting.dueBatch(now());
      if (ids.isEmpty()) {
        return;
      }
      counting.expiring = true;
    }
    var unused =
        rounds
            .confirm()
            .thenCompose(term -> proposeExpiry(counting, term, ids))
            .whenCompleteAsync(
                (outcome, failure) -> onExpiryOutcome(counting, ids, outcome), background);
  }

  private CompletableFuture<Outcome<KvResult>> proposeExpiry(
      Countdown counting, long confirmedTerm, List<Long> ids) {
    if (confirmedTerm != counting.term) {
      return CompletableFuture.failedFuture(KvError.LEADER_CHANGED.exception());
    }
    List<Long> stillDue;
    synchronized (lock) {
      // Revoked during the round, and perhaps granted again under the same id.
      stillDue = countdown == counting ? counting.stillDue(ids) : List.of();
    }
    if (stillDue.isEmpty()) {
      return CompletableFuture.failedFuture(KvError.LEASE_NOT_FOUND.exception());
    }
    Failpoints.at(KvFailpoint.LEASE_BEFORE_EXPIRY);
    LeaseExpire expire =
        LeaseExpire.newBuilder().addAllIds(stillDue).setTerm(counting.term).build();
    return replica.propose(CommandCodec.encode(KvCommand.newBuilder().setLeaseExpire(expire)));
  }

  private void onExpiryOutcome(
      Countdown counting, List<Long> ids, @Nullable Outcome<KvResult> outcome) {
    boolean committed = outcome instanceof Outcome.Committed<KvResult>;
    List<Long> gone = ids.stream().filter(id -> leases.lookup(id).isEmpty()).toList();
    gone.forEach(this::onLeaseRevoked);
    synchronized (lock) {
      counting.expiring = false;
      boolean effect = committed && !gone.isEmpty();
      counting.expiryNotBefore = effect ? now() : now() + config.expiryPause().toMillis();
    }
    if (committed) {
      expireDue(counting);
    } else {
      LOG.info("{} leases that ran out weren't expired yet: {}", ids.size(), outcome);
    }
  }

  private static Bytes checkpointCommand(List<LeaseCheckpoint> checkpoints, long term) {
    LeaseRemainders remainders =
        LeaseRemainders.newBuilder().addAllCheckpoints(checkpoints).setTerm(term).build();
    return CommandCodec.encode(KvCommand.newBuilder().setLeaseCheckpoint(remainders));
  }

  /** How many leases are counted down here; 0 unless this member leads. */
  public int size() {
    synchronized (lock) {
      return countdown == null ? 0 : countdown.size();
    }
  }
}
