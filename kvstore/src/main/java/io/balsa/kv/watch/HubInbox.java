package io.balsa.kv.watch;

import io.balsa.kv.proto.Event;
import io.balsa.kv.state.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the hub's thread: applied revisions, and what streams ask for. Thread-safe; no
 * method but {@link #take} waits.
 *
 * <p>Revisions are bounded by bytes: when there are too many, all of them are dropped, and only the
 * newest revision's number is kept, because the rest can be read from history. Requests are bounded
 * by their senders: a stream has at most one request, one readiness and one end on their way.
 */
final class HubInbox {
  /** What an event costs beside its key and values. */
  private static final long EVENT_OVERHEAD_BYTES = 128;

  /**
   * Everything that waited.
   *
   * @param revisions ascending, perhaps with holes
   * @param through the newest revision applied, whether or not it is among them
   */
  record Work(List<Runnable> requests, List<RevisionEvents> revisions, long through) {}

  private final long liveBytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private List<Runnable> requests = new ArrayList<>();
  private List<RevisionEvents> revisions = new ArrayList<>();
  private long liveBytes;
  private long through;
  private boolean pending;
  private boolean closed;

  /** Whether anybody would hear of a live event; without, the hub isn't even woken. */
  private volatile boolean wanted;

  HubInbox(long liveBytesMax) {
    this.liveBytesMax = liveBytesMax;
  }

  /**
   * Leaves a request for the hub.
   *
   * @return whether the hub will see it; false once the inbox is closed
   */
  boolean request(Runnable request) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      requests.add(request);
      wake();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more requests; returns those that nobody saw. */
  List<Runnable> close() {
    lock.lock();
    try {
      closed = true;
      wanted = false;
      return requests;
    } finally {
      lock.unlock();
    }
  }

  void applied(List<RevisionEvents> batch, long revision) {
    if (!wanted) {
      return;
    }
    long bytes = sizeOf(batch);
    lock.lock();
    try {
      through = Math.max(through, revision);
      if (liveBytes + bytes > liveBytesMax) {
        revisions = new ArrayList<>();
        liveBytes = 0;
      } else {
        revisions.addAll(batch);
        liveBytes += bytes;
      }
      wake();
    } finally {
      lock.unlock();
    }
  }

  /** The state has moved to this revision by other ways than commands. */
  void movedTo(long revision) {
    applied(List.of(), revision);
  }

  /**
   * Turns the live feed on or off. After turning it on read the current revision: every revision
   * after that one comes here, since the apply thread looks at this switch after it made the
   * revision visible.
   */
  void wantLive(boolean wantedNow) {
    wanted = wantedNow;
  }

  /**
   * Waits until there is something, or the time is over, or the thread is interrupted; then empties
   * the inbox.
   */
  Work take(long timeoutNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = timeoutNanos;
      while (!pending && left > 0) {
        left = arrived.awaitNanos(left);
      }
      Work work = new Work(requests, revisions, through);
      requests = new ArrayList<>();
      revisions = new ArrayList<>();
      liveBytes = 0;
      pending = false;
      return work;
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    if (!pending) {
      pending = true;
      arrived.signal();
    }
  }

  private static long sizeOf(List<RevisionEvents> batch) {
    long bytes = 0;
    for (RevisionEvents revision : batch) {
      bytes += sizeOf(revision);
    }
    return bytes;
  }

  static long sizeOf(RevisionEvents revision) {
    long bytes = 0;
    for (Event event : revision.events()) {
      bytes +=
          EVENT_OVERHEAD_BYTES
              + event.getKv().getKey().size()
              + event.getKv().getValue().size()
              + event.getPrevKv().getValue().size();
    }
    return bytes;
  }
}
