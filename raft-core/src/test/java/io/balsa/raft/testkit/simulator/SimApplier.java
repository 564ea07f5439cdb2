package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.ApplyRange;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A node's apply thread, as events: one task after the other, each taking time, and snapshots now and then. */
final class SimApplier<S extends StateMachine<?>> {
  private static final int SKIP_ONE_IN = 200;

  private final World world;
  private final SimNode<S> node;
  private final S stateMachine;

  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final Stall stall;
  private boolean busy;
  private int installsWaiting;

  private EntryId applied = EntryId.ZERO;

  /** The one in force at the applied entry: the log may have gone on without it, and begin later. */
  private MembershipEntry membership = SnapshotMeta.NONE.membership();

  private long snapshotIndex;
  private boolean capturing;
  private long commandsSeen;

  SimApplier(World world, SimNode<S> node, S stateMachine) {
    this.world = world;
    this.node = node;
    this.stateMachine = stateMachine;
    this.stall = new Stall(world, node, this::maybeRun);
  }

  long appliedIndex() {
    return applied.index();
  }

  S stateMachine() {
    return stateMachine;
  }

  /** Whether nothing waits to be applied. */
  boolean isIdle() {
    return !busy && tasks.isEmpty();
  }

  void stall(long nanos) {
    stall.begin(nanos);
  }

  void heal() {
    stall.end();
  }

  void recover() {
    SnapshotMeta base = node.platter().base();
    node.disk()
        .latestSnapshot()
        .ifPresent(
            snapshot -> {
              restore(snapshot);
              applied = snapshot.meta().last();
            });
    if (applied.index() < base.index()) {
      throw new PropertyViolation(
          "SnapshotCoversBase",
          node.id()
              + "'s log begins after "
              + base.last()
              + ", but its newest snapshot ends at "
              + applied);
    }
    snapshotIndex = applied.index();
    membership = node.platter().membershipAt(applied.index());
  }

  private void restore(SimDisk.StoredSnapshot snapshot) {
    try {
      stateMachine.restore(
          snapshot.meta(), new DataInputStream(new ByteArrayInputStream(snapshot.state())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (world.has(PlantedBug.APPLIES_TWICE) && snapshot.meta().index() > 1) {
      // Two entries late: what was overwritten meanwhile comes back.
      Entry old = world.invariants().committed().entry(snapshot.meta().index() - 1);
      if (old.kind() == EntryKind.COMMAND) {
        stateMachine.apply(old.id(), old.payload());
      }
    }
  }

  // Tasks.

  /** The entries are taken at once: when their turn comes, a snapshot may have replaced the log. */
  void apply(ApplyRange range) {
    List<Entry> entries = node.cache().entries(range.fromIndex(), range.throughIndex());
    enqueue(() -> applyNow(entries));
  }

  void install(SnapshotMeta meta) {
    installsWaiting++;
    enqueue(() -> installNow(meta));
  }

  private void enqueue(Runnable task) {
    tasks.addLast(task);
    maybeRun();
  }

  private void maybeRun() {
    if (!busy && !tasks.isEmpty() && !stall.isOn()) {
      busy = true;
      node.after(
          1 + node.disk().duration() % world.swarm().applyNanos,
          () -> {
            tasks.removeFirst().run();
            busy = false;
            maybeRun();
          });
    }
  }

  private void applyNow(List<Entry> entries) {
    byte[] stateBefore = world.has(PlantedBug.SNAPSHOT_NAMES_LATER_ENTRY) ? capture() : new byte[0];
    world.pass(CrashPoint.APPLY_BEGINS, node);
    for (Entry entry : entries) {
      world.pass(CrashPoint.STATE_MACHINE_THROWS, node);
      world.invariants().onApplied(node, entry);
      applied = entry.id();
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        membership = new MembershipEntry(entry.id(), Membership.decode(entry.payload()));
      }
      if (entry.kind() == EntryKind.COMMAND) {
        node.requests().onApplied(entry, applyCommand(entry));
      } else {
        stateMachine.applyAll(List.of(), entry.id());
        node.requests().onApplied(entry, "");
      }
      if (!entry.id().equals(entries.get(entries.size() - 1).id())) {
        world.pass(CrashPoint.APPLY_HALF_DONE, node);
      }
    }
    world.pass(CrashPoint.APPLIED_NOT_REPORTED, node);
    node.feed(new Input.Applied(applied.index()));
    world.pass(CrashPoint.APPLIED_REPORTED, node);
    node.requests().serveReads();
    maybeCapture(stateBefore);
  }

  private Object applyCommand(Entry entry) {
    commandsSeen++;
    if (world.has(PlantedBug.APPLIER_SKIPS_ENTRY) && commandsSeen % SKIP_ONE_IN == 0) {
      return "";
    }
    return stateMachine.applyAll(List.of(entry), entry.id()).get(0);
  }

  /** Whether a snapshot waits to become the state: until then no newer one is taken, which would remove it. */
  boolean awaitsInstall() {
    return installsWaiting > 0;
  }

  private void installNow(SnapshotMeta meta) {
    installsWaiting--;
    SimDisk.StoredSnapshot snapshot =
        node.disk()
            .snapshotAt(meta.index())
            .orElseThrow(
                () ->
                    new PropertyViolation(
                        "SnapshotIsThere", node.id() + " has no snapshot to install: " + meta));
    world.pass(CrashPoint.INSTALL_BEGINS, node);
    world.invariants().onInstalled(node, meta);
    world.reached(Reached.SNAPSHOT_INSTALLED);
    restore(snapshot);
    applied = meta.last();
    membership = meta.membership();
    snapshotIndex = Math.max(snapshotIndex, meta.index());
    node.requests().onInstalled(meta.index());
    world.pass(CrashPoint.INSTALLED_NOT_REPORTED, node);
    node.feed(new Input.Applied(meta.index()));
    world.pass(CrashPoint.INSTALL_REPORTED, node);
    node.requests().serveReads();
  }

  // Snapshots.

  private byte[] capture() {
    return capture(stateMachine);
  }

  /** A state as bytes, for snapshots and comparisons. */
  static byte[] capture(StateMachine<?> stateMachine) {
    return write(stateMachine.capture());
  }

  private static byte[] write(Snapshot snapshot) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Snapshot captured = snapshot) {
      captured.writeTo(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void maybeCapture(byte[] stateBefore) {
    boolean due = applied.index() - snapshotIndex >= world.swarm().snapshotEvery;
    if (due && !capturing) {
      captureNow(stateBefore);
    }
  }

  /** As the driver does: captured now, between two entries; written later, while others are applied. */
  private void captureNow(byte[] stateBefore) {
    capturing = true;
    Snapshot captured = stateMachine.capture();
    MembershipEntry named =
        world.has(PlantedBug.SNAPSHOT_WITHOUT_MEMBERSHIP)
            ? new MembershipEntry(EntryId.ZERO, Membership.NONE)
            : membership;
    SnapshotMeta meta = new SnapshotMeta(applied, named);
    snapshotIndex = applied.index();
    if (world.has(PlantedBug.COMPACTS_BEFORE_SNAPSHOT_IS_DURABLE)) {
      reportTaken(meta.index());
    }
    node.after(
        10 * node.disk().duration(),
        () -> {
          byte[] written = write(captured);
          byte[] state = world.has(PlantedBug.SNAPSHOT_NAMES_LATER_ENTRY) ? stateBefore : written;
          world.onCaptured(node.id(), meta.index(), state);
          finishSnapshot(new SimDisk.StoredSnapshot(meta, state));
        });
    world.pass(CrashPoint.SNAPSHOT_CAPTURED, node);
  }

  private void finishSnapshot(SimDisk.StoredSnapshot snapshot) {
    node.disk().storeSnapshot(snapshot);
    world.reached(Reached.SNAPSHOT_TAKEN);
    capturing = false;
    world.pass(CrashPoint.SNAPSHOT_STORED_NOT_REPORTED, node);
    if (!world.has(PlantedBug.COMPACTS_BEFORE_SNAPSHOT_IS_DURABLE)) {
      reportTaken(snapshot.meta().index());
    }
    world.pass(CrashPoint.SNAPSHOT_REPORTED, node);
  }

  private void reportTaken(long index) {
    long through = Math.max(0, index - world.swarm().keepEntries);
    node.feed(new Input.SnapshotTaken(index, through));
  }

  /** What is sent to a follower: the newest snapshot, or a new one if that isn't new enough. */
  SimDisk.StoredSnapshot snapshotCovering(long atLeast) {
    SimDisk.StoredSnapshot newest = node.disk().latestSnapshot().orElse(null);
    if (newest != null && newest.meta().index() >= atLeast) {
      return newest;
    }
    return new SimDisk.StoredSnapshot(new SnapshotMeta(applied, membership), capture());
  }
}
