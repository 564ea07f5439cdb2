package io.balsa.kv.quota;

import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.KvCommandOrBuilder;
import io.balsa.kv.command.SpaceCost;
import io.balsa.kv.command.SpaceReport;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.request.Admission;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.Alarm;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.model.NodeStoppedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store of this member within its quota. Commands that would take it over are refused before they are proposed,
 * and the cluster is told: NOSPACE then keeps out, at every member, whatever takes room.
 *
 * <p>Thread-safe. {@link #refusal} is quick; measuring and reclaiming happen on two threads of its own.
 */
public final class SpaceKeeper implements Admission, AutoCloseable {
  /*
   * A full store gets out of it without an operator: deletes and compactions are let through, and
   *
   *   full ──► NOSPACE ──► clients delete and compact ──► history is removed ──► reclaim ──► below 90 % ──► NOSPACE goes
   *
   * Removing history only marks rows as deleted: the files shrink when they are rewritten. That happens by itself as long
   * as writes come, but in a full store none do. So while the alarm is on, each compaction is followed by one reclaim.
   *
   * The size is measured now and then, because that takes a lock in the store; what was let in since is added, and before
   * anything is refused it is measured again. A member
   * also learns of what others have let in by measuring, so a store can end up above its quota by what is on its way.
   *
   * The disk is a quota, too: a member that touches its reserve (DiskRoom) is as full as one whose store has reached its own.
   */
  /** How often a value may lie on the disk for a while: written ahead and in a file of the log, in a file of the state and in the one that replaces it. */
  private static final int COPIES = 4;

  private static final Logger LOG = LoggerFactory.getLogger(SpaceKeeper.class);

  private final KvStateMachine state;
  private final RequestRouter router;
  private final MemberId self;
  private final SpaceConfig config;
  private final DiskRoom disk;
  private final ScheduledExecutorService measuring = thread("kv-space");
  private final Reclaimer reclaimer;

  /** As last measured. */
  private volatile long measuredBytes;

  /** What the disk has beside its reserve, as last measured. */
  private volatile long roomBytes;

  /** What was let in since. */
  private final AtomicLong admittedBytes = new AtomicLong();

  /** Whether a report is on its way: one is enough. */
  private final AtomicBoolean reporting = new AtomicBoolean();

  // Used by the thread that measures.
  /** The compaction after which space was reclaimed last. */
  private long reclaimedAt = Long.MIN_VALUE;

  /** The compaction whose removal is waited for, if any. */
  private long removingAt;

  private @Nullable CompletableFuture<Void> removal;

  public SpaceKeeper(
      KvStateMachine state,
      RequestRouter router,
      MemberId self,
      SpaceConfig config,
      DiskRoom disk) {
    this.disk = disk;
    this.state = state;
    this.router = router;
    this.self = self;
    this.config = config;
    this.reclaimer = new Reclaimer(state);
    this.measuredBytes = state.dbSize();
    this.roomBytes = disk.roomBytes();
  }

  private static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Measures from now on. Call it once, when commands can be proposed. */
  public void start() {
    long pauseNanos = config.measureEvery().toNanos();
    var unused =
        measuring.scheduleWithFixedDelay(
            this::measureOrLog, pauseNanos, pauseNanos, TimeUnit.NANOSECONDS);
  }

  private void measureOrLog() {
    try {
      measure();
    } catch (NodeStoppedException e) {
      measuring.shutdown();
    } catch (RuntimeException e) {
      LOG.error("measuring the store failed; it is tried again", e);
    }
  }

  @Override
  public Optional<KvError> refusal(KvCommandOrBuilder command) {
    Optional<KvError> byAlarm = state.alarms().refusal(command);
    if (byAlarm.isPresent()) {
      return byAlarm;
    }
    long cost = SpaceCost.of(command);
    if (cost == 0 || admit(cost) || admitAfterAnotherLook(cost)) {
      return Optional.empty();
    }
    report(true);
    return Optional.of(KvError.NO_SPACE);
  }

  private boolean admit(long cost) {
    long admitted = admittedBytes.addAndGet(cost);
    if (config.fits(measuredBytes + admitted) && roomBytes > COPIES * admitted) {
      return true;
    }
    admittedBytes.addAndGet(-cost);
    return false;
  }

  /** Much may have been reclaimed since the last look. What was let in since counts on: it may be on its way. */
  private boolean admitAfterAnotherLook(long cost) {
    long bytes = state.dbSize();
    long room = disk.roomBytes();
    if (bytes >= measuredBytes && room <= roomBytes) {
      return false;
    }
    measuredBytes = bytes;
    roomBytes = room;
    return admit(cost);
  }

  /** Looks at the size and the alarm, and does what they ask for. One thread at a time. */
  void measure() {
    roomBytes = disk.roomBytes();
    measuredBytes = state.dbSize();
    admittedBytes.set(0);
    Optional<Alarm> alarm = ownAlarm();
    if (alarm.isEmpty()) {
      if (!config.fits(measuredBytes) || roomBytes <= 0) {
        report(true);
      }
    } else if (alarm.get().raisedBy() == Alarm.RaisedBy.MEMBER && !config.manualDisarm()) {
      if (config.isRoomy(measuredBytes) && isRoomy()) {
        report(false);
      } else {
        reclaimAfterCompaction();
      }
    }
  }

  /** Well above the reserve: an alarm that is lowered isn't to be raised again by the next put. */
  private boolean isRoomy() {
    return roomBytes > disk.reserveBytes() / 4;
  }

  private void reclaimAfterCompaction() {
    if (removal == null) {
      removingAt = state.events().compactedRevision();
      if (removingAt == reclaimedAt) {
        return;
      }
      removal = state.compactionDone(removingAt);
    }
    if (removal.isDone()) {
      reclaimedAt = removal.isCompletedExceptionally() ? reclaimedAt : removingAt;
      removal = null;
      var unused =
          reclaimer
              .reclaim()
              .exceptionally(
                  failure -> {
                    LOG.warn("reclaiming space failed: {}", failure.toString());
                    return null;
                  });
    }
  }

  private Optional<Alarm> ownAlarm() {
    return state.alarms().find(self.value(), AlarmType.NOSPACE);
  }

  private void report(boolean full) {
    if (full == ownAlarm().isPresent() || !reporting.compareAndSet(false, true)) {
      return;
    }
    if (full) {
      LOG.warn(
          "the store holds {} of {} bytes, and the disk has {} left beside its reserve: raising NOSPACE",
          measuredBytes,
          quotaBytes(),
          roomBytes);
    } else {
      LOG.info(
          "the store holds {} of {} bytes, and the disk has {} left beside its reserve: no alarm",
          measuredBytes,
          quotaBytes(),
          roomBytes);
    }
    SpaceReport report = SpaceReport.newBuilder().setMemberId(self.value()).setFull(full).build();
    var unused =
        router
            .propose(KvCommand.newBuilder().setSpaceReport(report))
            .whenComplete((done, failure) -> reported(failure));
  }

  private void reported(@Nullable Throwable failure) {
    reporting.set(false);
    if (failure != null) {
      LOG.warn("the cluster couldn't be told of the store's size: {}", failure.getMessage());
    }
  }

  /** Completes when what was deleted before this call is given back to the disk. */
  public CompletableFuture<Void> reclaim() {
    return reclaimer.reclaim();
  }

  /** The limit that was set; 0 or less for none. */
  public long quotaBytes() {
    return config.quotaBytes();
  }

  /** Measures no more. A reclaim under way ends when the store is closed. Doesn't block. */
  @Override
  public void close() {
    measuring.shutdownNow();
    reclaimer.close();
  }
}
