package io.balsa.kv.state;

import com.google.protobuf.InvalidProtocolBufferException;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.kv.proto.DowngradeInfo;
import io.balsa.kv.proto.Member;
import io.balsa.kv.state.store.Backup;
import io.balsa.kv.state.store.HeapStore;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedStore;
import io.balsa.kv.state.store.RocksSettings;
import io.balsa.kv.state.store.RocksStore;
import io.balsa.kv.state.store.StorePin;
import io.balsa.kv.state.store.StoreWrites;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.Snapshot;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store as a state machine: MVCC keys, leases, members, alarms.
 *
 * <p>The methods of {@link DurableStateMachine} belong to the apply thread; everything else may be called from any
 * thread, sees what was applied, and throws {@link io.balsa.raft.model.NodeStoppedException} once closed. A failed
 * store throws {@link StorageException}: the node stops.
 */
public final class KvStateMachine implements DurableStateMachine<KvResult>, AutoCloseable {
  private final OrderedStore store;
  private final Publisher publisher = new Publisher();
  private final Compactor compactor;
  private final @Nullable CompactionThread compaction;
  private final EventSource events = new HistoryReader(publisher);
  private final LeaseView leases = new LeaseReader(publisher);
  private final StateTrail trail = new StateTrail();
  private volatile ApplyListener listener = new ApplyListener() {};

  /** What is active in the published state. Replaced by the apply thread. */
  private volatile Alarms alarms = Alarms.NONE;

  private KvStateMachine(OrderedStore store, KvStateConfig config) {
    this.store = store;
    publishStored();
    this.compactor = new Compactor(store, publisher, config.compactionBatch());
    this.compaction =
        config.backgroundCompaction()
            ? new CompactionThread(compactor, config.compactionPause())
            : null;
    wakeCompaction();
  }

  /**
   * Opens the state in a directory of its own, creating it if need be. As fast with many keys as with none.
   *
   * @throws StorageException if the directory is unusable, damaged, or in use
   */
  public static KvStateMachine open(Path dir, KvStateConfig config) {
    RocksSettings settings = config.storeSettings();
    return on(RocksStore.open(dir, settings), config);
  }

  /** A state on the heap, for simulations and tests: gone with the process. */
  public static KvStateMachine inMemory(KvStateConfig config) {
    return on(new HeapStore(), config);
  }

  /**
   * A state on a store that is open, which it owns from now on.
   *
   * @throws StorageException if the rows aren't a state that this version knows
   */
  public static KvStateMachine on(OrderedStore store, KvStateConfig config) {
    try {
      return new KvStateMachine(store, config);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private void publishStored() {
    StorePin pin = store.pin();
    alarms = AlarmTable.all(pin);
    publisher.publish(pin, StateRow.decode(pin.get(Tables.STATE)), AuthTable.load(pin));
  }

  /** Who hears of what is applied; at most one. Set it before the first command is applied. */
  public void setListener(ApplyListener listener) {
    this.listener = listener;
  }

  /** Fails when a read of anybody's finds the state damaged: it must not serve any more. Never completes otherwise. */
  public CompletableFuture<Void> damaged() {
    return store.damaged();
  }

  /** Pins the state as it is now, to read from it. */
  public ReadView view() {
    return new PinnedView(publisher.retain());
  }

  /** The history of events. */
  public EventSource events() {
    return events;
  }

  /** The leases. */
  public LeaseView leases() {
    return leases;
  }

  /** The alarms that are active. Cheap: every write asks. */
  public Alarms alarms() {
    return alarms;
  }

  /**
   * What the log made of the state, as numbers that members can compare: by index, of all commands before it. Some of the newest since
   * this was opened; members that applied the same commands to the same state have the same.
   */
  public NavigableMap<Long, Long> trail() {
    return trail.hashes();
  }

  /** The downgrade that an operator has enabled; the default instance if there is none. */
  public DowngradeInfo downgrade() {
    return publisher.read(now -> downgrade(now.pin()));
  }

  private static DowngradeInfo downgrade(OrderedReader rows) {
    byte[] row = rows.get(Tables.DOWNGRADE);
    try {
      return row == null ? DowngradeInfo.getDefaultInstance() : DowngradeInfo.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new DamageException("the row of the downgrade is damaged", e);
    }
  }

  /** The users and roles as they are now, and whether they count. */
  public AuthState auth() {
    return publisher.auth();
  }

  /** The members, by id as an unsigned number; none before the cluster's first entries are applied. */
  public List<Member> members() {
    return publisher.read(now -> MemberTable.all(now.pin()));
  }

  /** The ids of all members that were removed: for good. */
  public SortedSet<Long> removedMembers() {
    return publisher.read(now -> MemberTable.removed(now.pin()));
  }

  /** Bytes on disk and in memory tables; never 0. */
  public long dbSize() {
    return store.sizeBytes();
  }

  /** The part of {@link #dbSize} that isn't waiting to be reclaimed, estimated; never 0. */
  public long dbSizeInUse() {
    return store.liveBytes();
  }

  /**
   * Gives the space of deleted rows back. Blocks for as long as rewriting the files takes; reads and writes go on. Fails
   * with {@link io.balsa.raft.model.NodeStoppedException} when the state machine is closed meanwhile.
   */
  public void reclaimSpace() {
    // What readers are shown was pinned before history was removed, perhaps long ago, and would
    // keep it.
    publisher.refresh(store::pin);
    Failpoints.at(KvFailpoint.RECLAIM_BEFORE);
    store.reclaim();
  }

  /**
   * The whole state as files, for an operator to keep: what is applied now is in it, and perhaps a little more. Writes to
   * the disk: not for an event loop. Any number may be open.
   */
  public Backup backup() {
    return store.backup();
  }

  /**
   * The checksum up to a revision; 0 for the current one. Reads everything: slow.
   *
   * @throws io.balsa.kv.model.KvException for a future or compacted revision
   */
  public HashKv hashKv(long revision) {
    return publisher.read(now -> StateHash.of(now, revision));
  }

  /** A checksum of every row, history and all; members may differ. Reads everything: slow. */
  public int hashOfRows() {
    return publisher.read(now -> StateHash.ofRows(now.pin()));
  }

  /**
   * Completes when the history before a compacted revision is removed from the store; at once if it is. Fails with
   * {@link io.balsa.raft.model.NodeStoppedException} when the state machine is closed first, and with whatever removing
   * failed with: it is tried again, but nobody waits for that. Completed on the
   * compaction thread: hand over, don't block.
   */
  public CompletableFuture<Void> compactionDone(long revision) {
    return compactor.done(revision);
  }

  /**
   * Removes one batch of compacted history; for state machines without a background thread.
   *
   * @return whether there is more to remove
   */
  public boolean compactStep() {
    return compactor.step();
  }

  /** Reads rows of the published state, whatever they are. */
  <T> T readRows(BiFunction<OrderedReader, StateRow, T> reader) {
    return publisher.read(now -> reader.apply(now.pin(), now.state()));
  }

  private void wakeCompaction() {
    if (compaction != null) {
      compaction.wake();
    }
  }

  @Override
  public EntryId lastApplied() {
    return publisher.state().applied();
  }

  @Override
  public KvResult apply(EntryId id, Bytes command) {
    return applyAll(List.of(Entry.command(id, command)), id).get(0);
  }

  /** The run becomes visible in as many writes as keep each of them small; a command is never split. */
  @Override
  public List<KvResult> applyAll(List<Entry> commands, EntryId through) {
    List<KvResult> results = new ArrayList<>(commands.size());
    do {
      List<Entry> left = commands.subList(results.size(), commands.size());
      CommandRun run = publisher.read(now -> start(now, left, through));
      publisher.publish(store.pin(), run.after(), run.auth());
      alarms = run.alarms();
      trail.add(run.trail());
      Failpoints.at(KvFailpoint.STATE_AFTER_PUBLISH);
      announce(run);
      results.addAll(run.results());
    } while (results.size() < commands.size());
    return results;
  }

  /** Applies commands on top of what is published until the run is full, and writes what comes of it. */
  private CommandRun start(Published now, List<Entry> commands, EntryId through) {
    CommandRun run = new CommandRun(now.pin(), now.state(), alarms, now.auth());
    int applied = 0;
    while (applied < commands.size() && !run.isFull()) {
      run.apply(commands.get(applied++));
    }
    StoreWrites writes = run.finish(applied == commands.size() ? through : run.entry());
    Failpoints.at(KvFailpoint.STATE_BEFORE_WRITE);
    store.write(writes);
    Failpoints.at(KvFailpoint.STATE_AFTER_WRITE);
    return run;
  }

  private void announce(CommandRun run) {
    for (Consumer<ApplyListener> notice : run.notices()) {
      notice.accept(listener);
    }
    if (run.hasChangedKeys()) {
      listener.onApplied(run.revisions(), run.after().revision());
    }
    if (run.hasCompacted()) {
      Failpoints.at(KvFailpoint.COMPACTION_BEFORE_WAKE);
      wakeCompaction();
    }
  }

  @Override
  public EntryId flush() {
    Failpoints.at(KvFailpoint.STATE_BEFORE_FLUSH);
    store.flush();
    Failpoints.at(KvFailpoint.STATE_AFTER_FLUSH);
    return lastApplied();
  }

  @Override
  public Snapshot capture() {
    return store.capture();
  }

  /**
   * Views that are open go on showing the old state.
   *
   * @throws IOException if the snapshot is damaged; the old state is still there
   */
  @Override
  public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
    compactor.excluding(
        () -> {
          store.restore(snapshot, rows -> inspect(rows, meta));
          publishStored();
        });
    listener.onRestored();
    wakeCompaction();
  }

  /** Entries that aren't commands may lie between the last one that was applied and what the snapshot covers. */
  private static StoreWrites inspect(OrderedReader rows, SnapshotMeta meta) {
    StateRow state = StateRow.decode(rows.get(Tables.STATE));
    if (state.applied().index() > meta.index()) {
      throw new StorageException(
          "the snapshot through " + meta.last() + " holds a state of " + state.applied());
    }
    StoreWrites correction = new StoreWrites();
    if (!state.applied().equals(meta.last())) {
      correction.put(Tables.STATE, state.withApplied(meta.last()).encode());
    }
    return correction;
  }

  /**
   * Stops the background work and closes the store, after views that are still open have been given a moment to finish.
   * What wasn't flushed may have to be applied again from the log next time. Call it after the last apply has returned.
   */
  @Override
  public void close() {
    if (compaction != null) {
      compaction.close();
    }
    compactor.close();
    publisher.close();
    store.close();
  }
}
