package io.balsa.kv.lease;

import io.balsa.kv.lease.TimerWheel.Timer;
import io.balsa.kv.proto.LeaseCheckpoint;
import io.balsa.kv.state.LeaseRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the leader of one term counts down: a deadline for every lease, in milliseconds of a clock
 * that never goes back. It ends with the term. Guarded by the keeper's lock.
 */
final class Countdown {

  /** One lease, as the leader holds it. */
  static final class Held {
    final long id;
    final long ttlSeconds;
    private final Timer<Held> expiry = Timer.of(this);
    private final Timer<Held> checkpoint = Timer.of(this);

    /** Whether its deadline has passed: from then on it can only be revoked. */
    boolean expired;

    /**
     * Whether the log may say that less than the full TTL is left. Then a renewal has to take that
     * back before it is answered, or the next leader would let the lease die early.
     */
    boolean checkpointed;

    /** Renewals that came too late, and wait for the lease to be gone. */
    final List<CompletableFuture<Long>> waiting = new ArrayList<>();

    Held(LeaseRecord record) {
      this.id = record.id();
      this.ttlSeconds = record.grantedTtlSeconds();
      this.checkpointed = record.remainingTtlSeconds() > 0;
    }
  }

  final long term;
  private final LeaseConfig config;
  private final Map<Long, Held> leases = new HashMap<>();
  private final TimerWheel<Held> deadlines;
  private final TimerWheel<Held> checkpoints;
  private final Map<Long, Held> due = new LinkedHashMap<>();

  /**
   * Revoked since the promotion began: the list of leases that is being read may still name them.
   */
  private final Set<Long> revokedEarly = new HashSet<>();

  private boolean complete;

  /** Whether leases are being read for the promotion just now. */
  boolean promoting;

  /** Whether an expiry is on its way through the log. */
  boolean expiring;

  /** No expiry is proposed before this. */
  long expiryNotBefore;

  Countdown(long term, LeaseConfig config, long now) {
    this.term = term;
    this.config = config;
    this.deadlines = new TimerWheel<>(now);
    this.checkpoints = new TimerWheel<>(now);
    this.expiryNotBefore = now;
  }

  /** Whether every lease that the log knew at the start of the term is here. */
  boolean isComplete() {
    return complete;
  }

  /**
   * Takes over every lease of the log, with an election timeout more than it had: as long as the
   * old leader may have gone on answering renewals.
   */
  void promote(List<LeaseRecord> records, long now) {
    long slack = config.electionTimeout().toMillis();
    for (LeaseRecord record : records) {
      if (!leases.containsKey(record.id()) && !revokedEarly.contains(record.id())) {
        add(record, now + slack);
      }
    }
    revokedEarly.clear();
    complete = true;
  }

  /** Counts a lease from a moment on, unless it is here already. */
  Held add(LeaseRecord record, long fromMillis) {
    Held known = leases.get(record.id());
    if (known != null) {
      return known;
    }
    Held held = new Held(record);
    leases.put(held.id, held);
    arm(held, fromMillis, record.ttlToRun());
    return held;
  }

  private void arm(Held held, long fromMillis, long ttlSeconds) {
    // One more: a clock in whole milliseconds may be almost one behind.
    deadlines.schedule(held.expiry, fromMillis + ttlSeconds * 1000 + 1);
    armCheckpoint(held, fromMillis);
  }

  void armCheckpoint(Held held, long now) {
    long interval = config.checkpointInterval().toMillis();
    if (held.ttlSeconds * 1000 > interval) {
      checkpoints.schedule(held.checkpoint, now + interval);
    }
  }

  /**
   * While a checkpoint is being taken back none may be logged: it would stand behind the take-back.
   */
  void holdCheckpoint(Held held) {
    checkpoints.cancel(held.checkpoint);
  }

  @Nullable Held find(long id) {
    return leases.get(id);
  }

  /** Starts the lease's full time again. */
  void renew(Held held, long now) {
    arm(held, now, held.ttlSeconds);
  }

  /** Milliseconds until the deadline; 0 or less once it has passed. */
  long remainingMillis(Held held, long now) {
    return held.expired ? 0 : held.expiry.deadline() - now;
  }

  /** As for a lease that is held; for one that isn't yet, more than for any other. */
  long remainingMillis(long id, long now) {
    Held held = leases.get(id);
    return held == null ? Long.MAX_VALUE : remainingMillis(held, now);
  }

  /** Marks a lease whose deadline has passed, if it wasn't yet. */
  void expireIfDue(Held held, long now) {
    if (!held.expired && held.expiry.deadline() <= now) {
      deadlines.cancel(held.expiry);
      becomeDue(held);
    }
  }

  private void becomeDue(Held held) {
    held.expired = true;
    checkpoints.cancel(held.checkpoint);
    due.put(held.id, held);
  }

  /** Forgets a lease; returns the renewals that waited for this. */
  List<CompletableFuture<Long>> remove(long id) {
    if (!complete) {
      revokedEarly.add(id);
    }
    due.remove(id);
    Held held = leases.remove(id);
    if (held == null) {
      return List.of();
    }
    deadlines.cancel(held.expiry);
    checkpoints.cancel(held.checkpoint);
    return held.waiting;
  }

  /**
   * The leases whose deadline has passed, as many as go into one log entry; they stay due until
   * they are removed.
   */
  List<Long> dueBatch(long now) {
    deadlines.expire(now, config.expiryBatchMax(), this::becomeDue);
    return due.keySet().stream().limit(config.expiryBatchMax()).toList();
  }

  /** Those of a batch that are here and due still. */
  List<Long> stillDue(List<Long> batch) {
    return batch.stream().filter(due::containsKey).toList();
  }

  /** What the log should know of the long leases; each is named again after the interval. */
  List<LeaseCheckpoint> checkpointBatch(long now) {
    List<LeaseCheckpoint> batch = new ArrayList<>();
    checkpoints.expire(
        now,
        config.checkpointBatchMax(),
        held -> {
          long remaining = LeaseConfig.ceilSeconds(remainingMillis(held, now));
          if (remaining > 0) {
            held.checkpointed = true;
            armCheckpoint(held, now);
            batch.add(
                LeaseCheckpoint.newBuilder().setID(held.id).setRemainingTTL(remaining).build());
          }
        });
    return batch;
  }

  /** All renewals that wait: the term is over. */
  List<CompletableFuture<Long>> allWaiting() {
    return due.values().stream().flatMap(held -> held.waiting.stream()).toList();
  }

  int size() {
    return leases.size();
  }
}
