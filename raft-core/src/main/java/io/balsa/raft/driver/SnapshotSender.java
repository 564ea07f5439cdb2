package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.message.Message.InstallSnapshotResponse;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.Send.SendSnapshot;
import io.balsa.raft.spi.DurableStateMachine;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one group's snapshots to peers whose entries are gone: one at a time per peer, on the pool. The stored snapshot if
 * it is new enough, otherwise, and always for a state machine that keeps its own state, a capture made for this peer.
 * Thread-safe.
 */
final class SnapshotSender {
  private static final Logger log = LoggerFactory.getLogger(SnapshotSender.class);

  private final GroupParts<?> parts;
  private final GroupApplier<?> applier;
  private final AtomicLong nextTransferId;
  private final Map<NodeId, SnapshotTransfer> active = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  /**
   * @param firstTransferId above every id of an earlier incarnation
   */
  SnapshotSender(GroupParts<?> parts, GroupApplier<?> applier, long firstTransferId) {
    this.parts = parts;
    this.applier = applier;
    this.nextTransferId = new AtomicLong(firstTransferId);
  }

  /** Begins, unless a snapshot is on its way to that peer already. */
  void start(SendSnapshot send) {
    GroupId group = parts.group();
    SnapshotTransfer transfer =
        new SnapshotTransfer(
            parts.host(), group, send.to(), send.term(), nextTransferId.getAndIncrement());
    if (!stopped && active.putIfAbsent(send.to(), transfer) == null) {
      parts.pool().snapshot(() -> run(send, transfer));
    }
  }

  /** The loop. */
  void onResponse(NodeId from, InstallSnapshotResponse response) {
    SnapshotTransfer transfer = active.get(from);
    if (transfer != null) {
      transfer.onResponse(response);
    }
  }

  /** Gives up what was begun in another term than the one that this node leads, if any. The loop. */
  void onLeading(Optional<Long> term) {
    for (SnapshotTransfer transfer : active.values()) {
      if (term.isEmpty() || term.get() != transfer.term()) {
        transfer.abort();
      }
    }
  }

  void stop() {
    stopped = true;
    active.values().forEach(SnapshotTransfer::abort);
  }

  private void run(SendSnapshot send, SnapshotTransfer transfer) {
    Input outcome = new Input.SnapshotFailed(send.to());
    try {
      if (stopped) {
        return;
      }
      SnapshotMeta sent = sendNewEnough(send, transfer);
      Failpoints.at(RaftFailpoint.SNAPSHOT_AFTER_SENT);
      outcome = new Input.SnapshotSent(send.to(), sent);
    } catch (StorageException e) {
      parts.host().failStop().fail(parts.group() + ": the stored snapshot can't be read", e);
    } catch (SnapshotTransfer.GivenUpException e) {
      log.info("{}: no snapshot for {}: {}", parts.group(), send.to(), e.getMessage());
    } catch (IOException | RuntimeException e) {
      log.warn("{}: the snapshot for {} failed", parts.group(), send.to(), e);
    } catch (Error e) {
      parts.host().failStop().fail(parts.group() + ": the snapshot for " + send.to(), e);
    } finally {
      active.remove(send.to(), transfer);
      parts.inbox().accept(outcome);
    }
  }

  private SnapshotMeta sendNewEnough(SendSnapshot send, SnapshotTransfer transfer)
      throws IOException {
    boolean keepsItsOwn = parts.stateMachine() instanceof DurableStateMachine<?>;
    Optional<SnapshotMeta> stored = keepsItsOwn ? Optional.empty() : parts.snapshots().latest();
    if (stored.isPresent() && stored.get().index() >= send.atLeast()) {
      sendStored(stored.get(), transfer);
      return stored.get();
    }
    return sendCaptured(send, transfer);
  }

  private void sendStored(SnapshotMeta meta, SnapshotTransfer transfer) throws IOException {
    try (InputStream in = parts.snapshots().open(meta)) {
      transfer.begin(meta);
      ChunkStream chunks = chunksOf(transfer);
      in.transferTo(chunks);
      chunks.finish();
      transfer.awaitStored();
    }
  }

  private SnapshotMeta sendCaptured(SendSnapshot send, SnapshotTransfer transfer)
      throws IOException {
    GroupApplier.Captured captured = capture();
    try (var snapshot = captured.snapshot()) {
      if (captured.meta().index() < send.atLeast()) {
        throw new SnapshotTransfer.GivenUpException(
            "applied " + captured.meta().last() + ", needed " + send.atLeast());
      }
      transfer.begin(captured.meta());
      ChunkStream chunks = chunksOf(transfer);
      DataOutputStream sink = new DataOutputStream(chunks);
      snapshot.writeTo(sink);
      sink.flush();
      chunks.finish();
      transfer.awaitStored();
    }
    return captured.meta();
  }

  private GroupApplier.Captured capture() {
    try {
      return applier.capture().join();
    } catch (CompletionException e) {
      throw new SnapshotTransfer.GivenUpException("no capture: " + e.getCause());
    }
  }

  private ChunkStream chunksOf(SnapshotTransfer transfer) {
    return new ChunkStream(parts.host().config().snapshotChunkBytes(), transfer);
  }
}
