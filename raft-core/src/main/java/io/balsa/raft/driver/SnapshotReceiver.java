package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.message.Message.InstallSnapshotRequest;
import io.balsa.raft.message.Message.InstallSnapshotResponse;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.SnapshotStore;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives one group's snapshots: one at a time, its chunks in order, written on the pool. When the last one is durable the
 * leader and the core are told. Called on the loop.
 */
final class SnapshotReceiver {
  /*
   * The right to make a snapshot (GroupSnapshots.tryBegin) is taken with the first chunk. It is given back when the
   * transfer is abandoned; or, once the last chunk came, by the loop when the core doesn't want the snapshot, or by the
   * apply thread when it has restored it. Until then no other transfer begins.
   *
   * An answer says how far the chunks are written. The end of the last chunk is said only when all is committed, so the
   * sender takes that answer for "stored". An empty snapshot ends at 0: so before the commit, 0 is never answered.
   */
  private static final int QUEUED_CHUNKS_MAX = 8;

  /** A leader that sends nothing for so long is gone; our own snapshots shouldn't wait for it. */
  private static final long SILENCE_MAX_NANOS = Duration.ofMinutes(1).toNanos();

  private final GroupId group;
  private final HostParts host;
  private final GroupSnapshots snapshots;
  private final Consumer<Input> inbox;
  private final SerialQueue writes;
  private @Nullable Incoming current;

  SnapshotReceiver(GroupParts<?> parts) {
    this.group = parts.group();
    this.host = parts.host();
    this.snapshots = parts.snapshots();
    this.inbox = parts.inbox();
    this.writes = new SerialQueue(parts.pool()::read, QUEUED_CHUNKS_MAX);
  }

  /**
   * @param coreTerm a newer leader is heard only after the core has heard of its term
   */
  void onRequest(NodeId from, InstallSnapshotRequest request, long coreTerm, long nowNanos) {
    if (request.term() < coreTerm) {
      answer(from, coreTerm, request.transferId(), -1);
    } else if (request.term() == coreTerm) {
      Incoming incoming = transferOf(from, request);
      if (incoming != null) {
        incoming.heardAt = nowNanos;
        take(incoming, request);
      }
    }
  }

  /** Forgets a transfer whose sender is silent. */
  void expire(long nowNanos) {
    Incoming silent = current;
    if (silent != null && !silent.lastSeen && nowNanos - silent.heardAt > SILENCE_MAX_NANOS) {
      current = null;
      writes.add(
          () -> {
            silent.discard();
            snapshots.end();
          });
    }
  }

  private @Nullable Incoming transferOf(NodeId from, InstallSnapshotRequest request) {
    Incoming known = current;
    if (known != null && known.id == request.transferId() && known.from.equals(from)) {
      return known;
    }
    if (request.offset() != 0) {
      // Its beginning is lost, for instance because this node was restarted.
      answer(from, request.term(), request.transferId(), -1);
      return null;
    }
    if (known != null && !known.lastSeen) {
      writes.add(known::discard);
    } else if (!snapshots.tryBegin()) {
      return null; // The sender tries again.
    }
    Incoming begun = new Incoming(from, request);
    current = begun;
    return begun;
  }

  private void take(Incoming incoming, InstallSnapshotRequest request) {
    if (request.offset() != incoming.acceptedOffset || incoming.lastSeen) {
      if (incoming.committed || incoming.writtenOffset > 0) {
        answer(incoming.from, incoming.term, incoming.id, incoming.writtenOffset);
      }
    } else if (!writes.isFull()) {
      incoming.acceptedOffset += request.chunk().size();
      incoming.lastSeen = request.last();
      writes.add(() -> write(incoming, request));
    }
  }

  private void write(Incoming incoming, InstallSnapshotRequest request) {
    if (!host.outlet().isOpen()) {
      return;
    }
    try {
      SnapshotStore.Writer writer = incoming.writer();
      Failpoints.at(RaftFailpoint.SNAPSHOT_BEFORE_RECEIVED_CHUNK);
      writer.write(request.chunk());
      if (request.last()) {
        Failpoints.at(RaftFailpoint.SNAPSHOT_BEFORE_COMMIT);
        snapshots.commit(writer, incoming.meta);
        Failpoints.at(RaftFailpoint.SNAPSHOT_AFTER_COMMIT);
        writer.close();
        incoming.committed = true;
      }
      incoming.writtenOffset = request.offset() + request.chunk().size();
      answer(incoming.from, incoming.term, incoming.id, incoming.writtenOffset);
      if (request.last()) {
        inbox.accept(new Input.SnapshotReceived(incoming.from, incoming.meta));
      }
    } catch (RuntimeException | Error e) {
      host.failStop().fail(group + ": a received snapshot can't be stored", e);
    }
  }

  private void answer(NodeId to, long term, long transferId, long nextOffset) {
    host.outlet().send(to, group, new InstallSnapshotResponse(term, transferId, nextOffset));
  }

  /** One transfer. The fields without a word belong to the loop. */
  private final class Incoming {
    private final NodeId from;
    private final long term;
    private final long id;
    private final SnapshotMeta meta;
    private long heardAt;
    private long acceptedOffset;
    private boolean lastSeen;

    /** Written by the pool. */
    private volatile long writtenOffset;

    private volatile boolean committed;

    /** The pool only. */
    private SnapshotStore.@Nullable Writer writer;

    Incoming(NodeId from, InstallSnapshotRequest first) {
      this.from = from;
      this.term = first.term();
      this.id = first.transferId();
      this.meta = first.meta();
    }

    SnapshotStore.Writer writer() {
      SnapshotStore.Writer open = writer;
      if (open == null) {
        open = snapshots.create(meta);
        writer = open;
      }
      return open;
    }

    void discard() {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
