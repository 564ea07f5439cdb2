package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.HardState;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.testkit.invariant.LogImage;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A node's disk. What is handed to it is in its cache at once and on its platter some time later, in order; a crash leaves
 * the platter, perhaps with some of what was still under way.
 */
final class SimDisk {
  /** A snapshot, durable as a whole. */
  record StoredSnapshot(SnapshotMeta meta, byte[] state) {}

  /** Either a batch, or a new base for the log. */
  private record Operation(Optional<PersistBatch> batch, Optional<SnapshotMeta> base) {}

  /** Snapshots that are kept: the newest, and those that may still wait for their installation. */
  private static final int SNAPSHOTS_KEPT = 3;

  private final World world;
  private final NodeId node;
  private final SplittableRandom random;
  private final SnapshotMeta birth;

  private LogImage cache;
  private LogImage platter;
  private final Deque<Operation> pending = new ArrayDeque<>();
  private final TreeMap<Long, StoredSnapshot> snapshots = new TreeMap<>();

  private boolean writing;
  private long stalledUntil;

  /** Grows with each crash: what was begun before it never completes. */
  private long life;

  SimDisk(World world, NodeId node, SnapshotMeta base, SplittableRandom random) {
    this.world = world;
    this.node = node;
    this.random = random;
    this.birth = base;
    this.platter = new LogImage(base);
    this.cache = platter.copy();
  }

  LogImage cache() {
    return cache;
  }

  LogImage platter() {
    return platter;
  }

  boolean isWriting() {
    return !pending.isEmpty();
  }

  void write(PersistBatch batch, Consumer<PersistBatch> whenDurable) {
    cache.write(batch);
    pending.addLast(new Operation(Optional.of(batch), Optional.empty()));
    maybeFlush(whenDurable);
  }

  void compact(SnapshotMeta base, Consumer<PersistBatch> whenDurable) {
    cache.compact(base);
    pending.addLast(new Operation(Optional.empty(), Optional.of(base)));
    maybeFlush(whenDurable);
  }

  void stall(long nanos) {
    stalledUntil = Math.max(stalledUntil, world.queue().now() + nanos);
  }

  void heal() {
    stalledUntil = 0;
  }

  /** One flush serves all that waits; what comes meanwhile waits for the next. */
  private void maybeFlush(Consumer<PersistBatch> whenDurable) {
    if (writing || pending.isEmpty()) {
      return;
    }
    writing = true;
    int count = pending.size();
    long flushLife = life;
    world
        .queue()
        .after(
            duration(),
            () -> {
              if (flushLife == life) {
                finishFlush(count, flushLife, whenDurable);
              }
            });
  }

  private void finishFlush(int count, long flushLife, Consumer<PersistBatch> whenDurable) {
    if (world.queue().now() < stalledUntil) {
      world
          .queue()
          .after(
              stalledUntil - world.queue().now(),
              () -> {
                if (flushLife == life) {
                  finishFlush(count, flushLife, whenDurable);
                }
              });
      return;
    }
    for (int i = 0; i < count; i++) {
      Operation operation = pending.removeFirst();
      perform(operation);
      operation.batch().ifPresent(whenDurable);
    }
    writing = false;
    maybeFlush(whenDurable);
  }

  private void perform(Operation operation) {
    operation
        .batch()
        .ifPresent(
            batch -> {
              platter.write(batch);
              world.onDurable(node, batch);
            });
    operation.base().ifPresent(platter::compact);
  }

  long duration() {
    long mean = world.swarm().writeNanos;
    return mean / 4 + random.nextLong(mean);
  }

  /** Loses what isn't durable; a prefix of it may have made it to the platter without anyone being told. */
  void crash() {
    life++;
    writing = false;
    int kept = world.swarm().keepsUnsynced ? random.nextInt(pending.size() + 1) : 0;
    if (kept > 0) {
      world.reached(Reached.CRASH_KEEPS_UNSYNCED);
    }
    for (int i = 0; i < kept; i++) {
      perform(pending.removeFirst());
    }
    plantBugs();
    pending.clear();
    cache = platter.copy();
  }

  private void plantBugs() {
    if (world.has(PlantedBug.VOTE_FORGOTTEN)) {
      platter.writeHardState(new HardState(platter.hardState().term(), Optional.empty()));
    }
    boolean losesTail =
        world.has(PlantedBug.SYNCED_TAIL_LOST) && platter.lastIndex() > platter.base().index();
    if (losesTail) {
      platter.truncateFrom(platter.lastIndex());
    }
    if (world.has(PlantedBug.ENTRIES_WITHOUT_HARD_STATE) && !pending.isEmpty()) {
      pending
          .peekFirst()
          .batch()
          .filter(batch -> !batch.entries().isEmpty() && batch.resetTo().isEmpty())
          .ifPresent(batch -> platter.replaceFrom(batch.entries()));
    }
  }

  /** All of it is gone; the new disk knows what the node was born with. */
  void replace() {
    pending.clear();
    snapshots.clear();
    platter = new LogImage(birth);
    cache = platter.copy();
  }

  /** Durable from now on, unless a newer one already is. */
  void storeSnapshot(StoredSnapshot snapshot) {
    snapshots.put(snapshot.meta().index(), snapshot);
    while (snapshots.size() > SNAPSHOTS_KEPT) {
      snapshots.pollFirstEntry();
    }
  }

  Optional<StoredSnapshot> latestSnapshot() {
    return snapshots.isEmpty() ? Optional.empty() : Optional.of(snapshots.lastEntry().getValue());
  }

  Optional<StoredSnapshot> snapshotAt(long index) {
    return Optional.ofNullable(snapshots.get(index));
  }

  /**
   * What a store does before it reports what it found. The newest snapshot may be ahead of the log, when the crash came
   * between the two: then the log begins after it. An empty log beside a snapshot would be one that was lost.
   */
  List<String> recover() {
    List<String> notes = new ArrayList<>();
    Optional<StoredSnapshot> snapshot = latestSnapshot();
    if (snapshot.isPresent() && platter.restored(1).isEmpty()) {
      throw new PropertyViolation(
          "LogBesideSnapshot", node + " can't tell its log from a lost one: it is empty");
    }
    if (snapshot.isPresent()) {
      SnapshotMeta meta = snapshot.get().meta();
      if (meta.index() > platter.base().index() && !platter.holds(meta.last())) {
        notes.add("log " + platter.last() + " gives way to snapshot " + meta.last());
        world.reached(Reached.RECOVERY_FROM_SNAPSHOT_ONLY);
        platter.resetTo(meta);
      }
    }
    cache = platter.copy();
    return notes;
  }
}
