package io.balsa.raft.testkit.simulator;

import io.balsa.raft.file.log.SimulatedLog;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
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

/**
 * A node's disk. What is handed to it is in its cache at once and on its platter some time later, in order; a crash leaves
 * the platter, perhaps with some of what was still under way. In some runs it also holds the bytes that the file store would
 * write: then a crash takes and tears sectors, and what the store's own recovery makes of the rest decides.
 */
final class SimDisk {
  /** A snapshot, durable as a whole. */
  record StoredSnapshot(SnapshotMeta meta, byte[] state) {}

  /** Makes the first so many of the operations durable. Told apart by identity. */
  private static final class Flush {
    private final int operations;

    Flush(int operations) {
      this.operations = operations;
    }

    int operations() {
      return operations;
    }
  }

  /** Snapshots that are kept: the newest, and those that may still wait for their installation. */
  private static final int SNAPSHOTS_KEPT = 3;

  private final World world;
  private final SimNode<?> node;
  private final SplittableRandom random;
  private final SnapshotMeta birth;

  private LogImage cache;
  private LogImage platter;
  private final Deque<DiskOperation> pending = new ArrayDeque<>();
  private final TreeMap<Long, StoredSnapshot> snapshots = new TreeMap<>();

  /** The same as bytes, in some runs; then it decides what a crash leaves. */
  private Optional<SimulatedLog> bytes;

  /** Empty while the disk rests. A crash ends it: what was begun before never completes. */
  private Optional<Flush> flushing = Optional.empty();

  private long stalledUntil;
  private long slowUntil;
  private int slowFactor;

  SimDisk(World world, SimNode<?> node, SnapshotMeta base, SplittableRandom random) {
    this.world = world;
    this.node = node;
    this.random = random;
    this.birth = base;
    this.platter = new LogImage(base);
    this.cache = platter.copy();
    this.bytes = begin(base);
  }

  /** A bug of the disk is planted into the objects; bytes would not show it. */
  private Optional<SimulatedLog> begin(SnapshotMeta base) {
    boolean asObjects =
        world.swarm().logBytes == 0
            || world.has(PlantedBug.VOTE_FORGOTTEN)
            || world.has(PlantedBug.SYNCED_TAIL_LOST)
            || world.has(PlantedBug.ENTRIES_WITHOUT_HARD_STATE);
    if (asObjects) {
      return Optional.empty();
    }
    SimulatedLog log = new SimulatedLog(random.split(), world.swarm().logBytes);
    log.force(log.append(reset(base)));
    return Optional.of(log);
  }

  private static PersistBatch reset(SnapshotMeta base) {
    return new PersistBatch(GroupId.ONLY, 1, Optional.empty(), Optional.of(base), List.of());
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

  void write(PersistBatch batch) {
    world.pass(CrashPoint.WRITE_FINDS_NO_SPACE, node);
    boolean cuts =
        !batch.entries().isEmpty() && batch.entries().get(0).index() <= cache.lastIndex();
    cache.write(batch);
    long endsAt = bytes.map(log -> log.append(batch)).orElse(0L);
    DiskOperation operation = new DiskOperation(Optional.of(batch), Optional.empty(), cuts, endsAt);
    pending.addLast(operation);
    maybeFlush();
    world.pass(CrashPoint.WRITE_HANDED_OVER, node);
    passParts(operation, false);
  }

  void compact(SnapshotMeta base) {
    cache.compact(base);
    long endsAt = bytes.map(log -> log.compact(base)).orElse(0L);
    DiskOperation operation = new DiskOperation(Optional.empty(), Optional.of(base), false, endsAt);
    pending.addLast(operation);
    maybeFlush();
    passParts(operation, false);
  }

  private void passParts(DiskOperation operation, boolean durable) {
    for (CrashPoint point : operation.points(durable)) {
      world.pass(point, node);
    }
  }

  void stall(long nanos) {
    stalledUntil = Math.max(stalledUntil, world.queue().now() + nanos);
  }

  /** For so long, each flush takes so many times as long. */
  void slowDown(int factor, long nanos) {
    slowFactor = factor;
    slowUntil = world.queue().now() + nanos;
  }

  void heal() {
    stalledUntil = 0;
    slowUntil = 0;
    if (flushing.isPresent()) {
      finishFlush(flushing.get());
    }
  }

  /** One flush serves all that waits; what comes meanwhile waits for the next. */
  private void maybeFlush() {
    if (flushing.isPresent() || pending.isEmpty()) {
      return;
    }
    Flush flush = new Flush(pending.size());
    flushing = Optional.of(flush);
    long nanos = duration();
    if (world.queue().now() < slowUntil) {
      stall(nanos * slowFactor);
    }
    world.queue().after(nanos, () -> maybeFinish(flush));
  }

  private void maybeFinish(Flush flush) {
    boolean goesOn = flushing.isPresent() && flushing.get() == flush;
    if (goesOn && world.queue().now() < stalledUntil) {
      world.queue().after(stalledUntil - world.queue().now(), () -> maybeFinish(flush));
    } else if (goesOn) {
      finishFlush(flush);
    }
  }

  private void finishFlush(Flush flush) {
    world.pass(CrashPoint.FLUSH_FAILS, node);
    force(flush.operations());
    world.pass(CrashPoint.FLUSH_ENDS, node);
    for (int i = 0; i < flush.operations(); i++) {
      if (i > 0) {
        world.pass(CrashPoint.FLUSH_HALF_TOLD, node);
      }
      DiskOperation operation = pending.removeFirst();
      perform(operation);
      passParts(operation, true);
      operation.batch().ifPresent(node::onDurable);
    }
    flushing = Optional.empty();
    maybeFlush();
  }

  private void force(int operations) {
    if (bytes.isPresent() && !world.has(PlantedBug.FLUSH_LIES)) {
      pending.stream()
          .limit(operations)
          .reduce((first, second) -> second)
          .ifPresent(last -> bytes.get().force(last.endsAt()));
    }
  }

  /** Nothing is lost of what was handed over. */
  void writeAll() {
    force(pending.size());
    while (!pending.isEmpty()) {
      perform(pending.removeFirst());
    }
  }

  private void perform(DiskOperation operation) {
    operation
        .batch()
        .ifPresent(
            batch -> {
              platter.write(batch);
              world.onDurable(node.id(), batch);
            });
    operation.base().ifPresent(platter::compact);
  }

  long duration() {
    long mean = world.swarm().writeNanos;
    return mean / 4 + random.nextLong(mean);
  }

  /** Loses what isn't durable; a prefix of it may have made it to the platter without anyone being told. */
  void crash() {
    flushing = Optional.empty();
    Optional<SimulatedLog.Recovered> found =
        bytes.map(log -> log.crash(world.swarm().keepsUnsynced));
    int kept = found.map(this::keptOf).orElseGet(this::keptByChance);
    if (kept > 0) {
      world.reached(Reached.CRASH_KEEPS_UNSYNCED);
    }
    for (int i = 0; i < kept; i++) {
      perform(pending.removeFirst());
    }
    if (!pending.isEmpty()) {
      world.reached(Reached.CRASH_LOSES_TAIL);
    }
    found.ifPresent(this::checkRecovered);
    plantBugs();
    pending.clear();
    cache = platter.copy();
  }

  private int keptByChance() {
    return world.swarm().keepsUnsynced ? random.nextInt(pending.size() + 1) : 0;
  }

  private int keptOf(SimulatedLog.Recovered found) {
    if (found.torn()) {
      world.reached(Reached.CRASH_TEARS_WRITE);
    }
    return (int) pending.stream().filter(write -> write.endsAt() <= found.through()).count();
  }

  /** The bytes that survived say what the platter says: all that was durable, and whole batches of the rest, in order. */
  private void checkRecovered(SimulatedLog.Recovered found) {
    boolean same =
        found.hardState().equals(platter.hardState())
            && found.base().equals(platter.base())
            && found.entries().equals(platter.entries());
    if (!same) {
      throw new PropertyViolation(
          "BytesAreTheLog",
          node.id()
              + " recovers "
              + found
              + ", but its platter holds "
              + platter.hardState()
              + " "
              + platter.base().last()
              + ".."
              + platter.last());
    }
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
    bytes = begin(birth);
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
          "LogBesideSnapshot", node.id() + " can't tell its log from a lost one: it is empty");
    }
    if (snapshot.isPresent()) {
      SnapshotMeta meta = snapshot.get().meta();
      if (meta.index() > platter.base().index() && !platter.holds(meta.last())) {
        notes.add("log " + platter.last() + " gives way to snapshot " + meta.last());
        world.reached(Reached.RECOVERY_FROM_SNAPSHOT_ONLY);
        platter.resetTo(meta);
        bytes.ifPresent(log -> log.force(log.append(reset(meta))));
      }
    }
    cache = platter.copy();
    return notes;
  }
}
