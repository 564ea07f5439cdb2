package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.spi.StateMachine;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Makes the log shorter, now and then: has a plain state machine captured and written to the snapshot store, or a durable one
 * flushed, and tells the core how far the log may go. Called on the apply thread; writes on the pool, one at a time.
 */
final class OwnSnapshots {
  private final StateMachine<?> stateMachine;
  private final GroupSnapshots snapshots;
  private final DriverConfig config;
  private final GroupPool pool;
  private final Consumer<Input> inbox;
  private final FailStop failStop;

  /** The applied index when the last snapshot was taken, or none was needed. The apply thread. */
  private long lastIndex;

  OwnSnapshots(GroupParts<?> parts, long lastIndex) {
    this.stateMachine = parts.stateMachine();
    this.snapshots = parts.snapshots();
    this.config = parts.host().config();
    this.pool = parts.pool();
    this.failStop = parts.host().failStop();
    this.inbox = parts.inbox();
    this.lastIndex = lastIndex;
  }

  boolean isDue(long appliedIndex) {
    return appliedIndex - lastIndex >= config.snapshotEveryEntries();
  }

  /** The state was replaced by a leader's snapshot. */
  void onInstalled(long index) {
    lastIndex = index;
  }

  /** Takes one of the state as it is now, which {@code meta} describes; does nothing while another is in the making. */
  void take(SnapshotMeta meta) {
    Failpoints.at(RaftFailpoint.SNAPSHOT_BEFORE_TAKEN);
    if (stateMachine instanceof DurableStateMachine<?> durable) {
      lastIndex = meta.index();
      EntryId flushed = durable.flush();
      taken(flushed.index());
    } else if (snapshots.tryBegin()) {
      lastIndex = meta.index();
      Snapshot captured = stateMachine.capture();
      pool.snapshot(() -> write(meta, captured));
    }
  }

  private void write(SnapshotMeta meta, Snapshot captured) {
    try (captured;
        SnapshotStore.Writer writer = snapshots.create(meta)) {
      writeChunks(captured, writer);
      snapshots.commit(writer, meta);
      taken(meta.index());
    } catch (IOException | RuntimeException | Error e) {
      failStop.fail("the snapshot through " + meta.last() + " can't be written", e);
    } finally {
      snapshots.end();
    }
  }

  private void writeChunks(Snapshot captured, SnapshotStore.Writer writer) throws IOException {
    ChunkStream chunks =
        new ChunkStream(config.snapshotChunkBytes(), (chunk, last) -> writer.write(chunk));
    DataOutputStream sink = new DataOutputStream(chunks);
    captured.writeTo(sink);
    sink.flush();
    chunks.finish();
  }

  private void taken(long index) {
    Failpoints.at(RaftFailpoint.SNAPSHOT_AFTER_TAKEN);
    inbox.accept(new Input.SnapshotTaken(index, Math.max(0, index - config.keepEntries())));
  }
}
