package io.balsa.raft.driver;

import io.balsa.raft.model.NodeStoppedException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What waits for the event loop. What others send is bounded by bytes and refused above; what the host tells itself
 * (completions) is never refused: each is the end of something that was bounded when it began.
 */
final class Inbox {
  private final long bytesMax;
  private final Mailbox<InboxItem> mailbox;
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * @param stopReason asked when an item is discarded, so only after the host began to stop
   */
  Inbox(long bytesMax, Supplier<NodeStoppedException> stopReason) {
    this.bytesMax = bytesMax;
    this.mailbox = new Mailbox<>(item -> item.onDiscard(stopReason.get()));
  }

  /**
   * Any thread.
   *
   * @return false when it was refused because too much waits; nothing remembers it then
   */
  boolean offer(InboxItem item) {
    long bytes = item.bytes();
    long before = waitingBytes.getAndAdd(bytes);
    // What is larger than the bound by itself is taken when nothing else waits: it would never come
    // through otherwise.
    if (before > 0 && before + bytes > bytesMax) {
      waitingBytes.addAndGet(-bytes);
      return false;
    }
    mailbox.put(item);
    return true;
  }

  /** Takes it whatever waits. Any thread. */
  void put(InboxItem completion) {
    mailbox.put(completion);
  }

  /** The event loop only. */
  void drainTo(List<InboxItem> target, int max) {
    mailbox.drainTo(target, max);
    long drained = 0;
    for (InboxItem item : target) {
      drained += item.bytes();
    }
    waitingBytes.addAndGet(-drained);
  }

  /** The event loop only. */
  void await(long nanos) {
    mailbox.await(nanos);
  }

  void close() {
    mailbox.close();
  }

  boolean isClosed() {
    return mailbox.isClosed();
  }
}
