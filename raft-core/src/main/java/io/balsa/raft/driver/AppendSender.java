package io.balsa.raft.driver;

import io.balsa.raft.message.Message.AppendRequest;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Send.Append;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fills one group's append intents with entries. What the cache holds goes into the caller's outbox; what must be read from
 * the store is read on the pool and sent from there. Thread-safe.
 */
final class AppendSender {
  /*
   * Order per peer is kept, because a follower refuses an append whose prev it hasn't got yet: while intents for a peer
   * wait for the store, its later ones wait behind them, as many as the core's window allows; more are dropped, as the
   * network may drop them.
   *
   * An intent is void when the log no longer holds its last entry: this node has lost its leadership and been corrected.
   * By Log Matching, if `last` is there, everything before it is what it was (paper §5.3). An intent that needs several
   * reads is checked after each, because the log may be corrected between them.
   */
  private final GroupId group;
  private final LogView log;
  private final HostParts host;
  private final GroupPool pool;
  private final Map<NodeId, SerialQueue> slowPeers = new ConcurrentHashMap<>();

  AppendSender(GroupParts<?> parts) {
    this.group = parts.group();
    this.log = parts.log();
    this.host = parts.host();
    this.pool = parts.pool();
  }

  void send(Append append, Outbox outbox) {
    if (append.prev().equals(append.last())) {
      outbox.add(append.to(), group, request(append, append.prev(), List.of()));
      return;
    }
    SerialQueue slow = slowPeers.get(append.to());
    if (slow != null && !slow.isIdle()) {
      addUnlessFull(slow, append);
    } else if (append.prev().index() + 1 >= log.cache().firstIndex()) {
      sendCached(append, outbox);
    } else {
      addUnlessFull(queueOf(append.to()), append);
    }
  }

  private SerialQueue queueOf(NodeId peer) {
    int intentsMax = host.config().core().inflightAppendsMax();
    return slowPeers.computeIfAbsent(peer, p -> new SerialQueue(pool::read, intentsMax));
  }

  private void addUnlessFull(SerialQueue queue, Append append) {
    if (!queue.isFull()) {
      queue.add(() -> sendFromStore(append));
    }
  }

  private void sendCached(Append append, Outbox outbox) {
    long fromIndex = append.prev().index() + 1;
    long toIndex = append.last().index() + 1;
    List<Entry> entries = log.cache().read(fromIndex, toIndex, Long.MAX_VALUE);
    if (entries.isEmpty() && log.cache().firstIndex() > fromIndex) {
      // Evicted since the caller looked.
      addUnlessFull(queueOf(append.to()), append);
      return;
    }
    if (endsWith(entries, append.last())) {
      addSplit(append, entries, outbox);
    }
  }

  private static boolean endsWith(List<Entry> entries, EntryId last) {
    return !entries.isEmpty() && entries.get(entries.size() - 1).id().equals(last);
  }

  private void addSplit(Append append, List<Entry> entries, Outbox outbox) {
    EntryId prev = append.prev();
    List<Entry> part = new ArrayList<>();
    long partBytes = 0;
    for (Entry entry : entries) {
      if (!part.isEmpty()
          && partBytes + entry.sizeBytes() > host.config().core().appendBytesMax()) {
        outbox.add(append.to(), group, request(append, prev, part));
        prev = part.get(part.size() - 1).id();
        part = new ArrayList<>();
        partBytes = 0;
      }
      part.add(entry);
      partBytes += entry.sizeBytes();
    }
    outbox.add(append.to(), group, request(append, prev, part));
  }

  private void sendFromStore(Append append) {
    try {
      EntryId prev = append.prev();
      long toIndex = append.last().index() + 1;
      while (prev.index() + 1 < toIndex && host.outlet().isOpen()) {
        List<Entry> entries =
            log.read(prev.index() + 1, toIndex, host.config().core().appendBytesMax());
        if (entries.isEmpty() || !(endsWith(entries, append.last()) || log.holds(append.last()))) {
          return;
        }
        host.outlet().send(append.to(), group, request(append, prev, entries));
        prev = entries.get(entries.size() - 1).id();
      }
    } catch (RuntimeException | Error e) {
      host.failStop().fail(group + ": the log can't be read", e);
    }
  }

  private static AppendRequest request(Append append, EntryId prev, List<Entry> entries) {
    return new AppendRequest(append.term(), prev, entries, append.leaderCommit());
  }
}
