package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.message.Message.InstallSnapshotRequest;
import io.balsa.raft.message.Message.InstallSnapshotResponse;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * One snapshot on its way to one peer: a window of chunks that aren't acknowledged yet, and no more of it in memory. The
 * thread that writes the snapshot blocks while the window is full, so a slow peer slows down nobody else.
 *
 * <p>Thread-safe: one thread sends, the loop brings answers, anyone aborts.
 */
final class SnapshotTransfer implements ChunkStream.Sink {
  private static final int WINDOW_CHUNKS = 4;

  /** Silent time-outs in a row before the peer is given up; any answer starts the count again. */
  private static final int TIMEOUTS_MAX = 10;

  private final GroupId group;
  private final NodeId peer;
  private final long term;
  private final long id;
  private final Outlet outlet;
  private final long timeoutNanos;
  private final Deque<InstallSnapshotRequest> unacknowledged = new ArrayDeque<>();

  private SnapshotMeta meta = SnapshotMeta.NONE;
  private long offset;
  private long answers;
  private boolean aborted;

  /** The transfer was given up; the core decides what happens next. */
  static final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GivenUpException(String message) {
      super(message);
    }
  }

  SnapshotTransfer(HostParts host, GroupId group, NodeId peer, long term, long id) {
    this.group = group;
    this.peer = peer;
    this.term = term;
    this.id = id;
    this.outlet = host.outlet();
    this.timeoutNanos = host.config().core().electionTimeoutNanos();
  }

  long term() {
    return term;
  }

  /** What the chunks that follow belong to. The sending thread. */
  synchronized void begin(SnapshotMeta covered) {
    meta = covered;
  }

  /** Sends the chunk as soon as there is room in the window. The sending thread; blocks. */
  @Override
  public void accept(Bytes chunk, boolean last) {
    Failpoints.at(
        RaftFailpoint.SNAPSHOT_BEFORE_SENT_CHUNK); // not in the lock, which the loop needs
    send(chunk, last);
  }

  private synchronized void send(Bytes chunk, boolean last) {
    awaitFewerThan(WINDOW_CHUNKS);
    InstallSnapshotRequest request =
        new InstallSnapshotRequest(term, meta, id, offset, chunk, last);
    offset += chunk.size();
    unacknowledged.add(request);
    outlet.send(peer, group, request);
  }

  /** Waits until the peer has stored all of it. The sending thread; blocks. */
  synchronized void awaitStored() {
    awaitFewerThan(1);
  }

  /** The loop. */
  synchronized void onResponse(InstallSnapshotResponse response) {
    if (response.transferId() != id) {
      return;
    }
    if (response.nextOffset() < 0) {
      abort();
      return;
    }
    answers++;
    while (!unacknowledged.isEmpty() && endOf(unacknowledged.getFirst()) <= response.nextOffset()) {
      unacknowledged.removeFirst();
    }
    notifyAll();
  }

  /** Any thread. */
  synchronized void abort() {
    aborted = true;
    notifyAll();
  }

  private static long endOf(InstallSnapshotRequest request) {
    return request.offset() + request.chunk().size();
  }

  private void awaitFewerThan(int chunks) {
    int timeouts = 0;
    while (unacknowledged.size() >= chunks) {
      long answersBefore = answers;
      awaitNews();
      timeouts = answers == answersBefore ? timeouts + 1 : 0;
      if (timeouts > TIMEOUTS_MAX) {
        throw new GivenUpException(peer + " doesn't answer");
      }
      if (timeouts > 0) {
        unacknowledged.forEach(request -> outlet.send(peer, group, request));
      }
    }
    checkNotAborted();
  }

  /** Waits for an answer, as long as one may take. */
  private void awaitNews() {
    long answersBefore = answers;
    long deadline = System.nanoTime() + timeoutNanos;
    long leftMillis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
    while (answers == answersBefore && leftMillis > 0) {
      checkNotAborted();
      try {
        wait(leftMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new GivenUpException("interrupted");
      }
      leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
    checkNotAborted();
  }

  private void checkNotAborted() {
    if (aborted) {
      throw new GivenUpException("given up by the peer, or by a leader that is no longer one");
    }
  }
}
