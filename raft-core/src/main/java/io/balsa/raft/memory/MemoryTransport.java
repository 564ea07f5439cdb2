package io.balsa.raft.memory;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.MessageSize;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One host's end of a {@link MemoryNetwork}. Its own thread delivers what others send to it, so that no sender ever runs a
 * receiver's code. Thread-safe.
 */
final class MemoryTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(MemoryTransport.class);
  private static final long CLOSE_SECONDS_MAX = 10;

  private final MemoryNetwork network;
  private final NodeId self;

  /** Whom this host has reached since they joined; only their leaving is news to it. */
  private final Set<NodeId> reached = ConcurrentHashMap.newKeySet();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Queue<Delivery> inbox = new ArrayDeque<>();
  private long inboxBytes;
  private boolean closed;
  private @Nullable Thread deliverer;

  MemoryTransport(MemoryNetwork network, NodeId self) {
    this.network = network;
    this.self = self;
  }

  NodeId self() {
    return self;
  }

  @Override
  public void start(Inbound inbound) {
    lock.lock();
    try {
      if (closed || deliverer != null) {
        throw new IllegalStateException("the transport of " + self + " was already started");
      }
      network.join(this);
      deliverer = new Thread(() -> deliverUntilClosed(inbound), "balsa-memory-transport-" + self);
      deliverer.setDaemon(true);
      deliverer.start();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void send(NodeId to, List<GroupMessage> messages) {
    Optional<MemoryTransport> receiver = network.find(to);
    boolean open = network.find(self).filter(joined -> joined == this).isPresent();
    if (!open || receiver.isEmpty() || network.isCut(self, to) || messages.isEmpty()) {
      return;
    }
    reached.add(to);
    receiver.get().accept(Delivery.of(self, messages));
  }

  void peerLeft(NodeId peer) {
    if (reached.remove(peer) && !network.isCut(self, peer)) {
      accept(Delivery.gone(peer));
    }
  }

  private void accept(Delivery delivery) {
    lock.lock();
    try {
      boolean full = inboxBytes + delivery.bytes > MemoryNetwork.INBOX_BYTES_MAX;
      if (closed || (full && !inbox.isEmpty())) {
        return;
      }
      inbox.add(delivery);
      inboxBytes += delivery.bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void deliverUntilClosed(Inbound inbound) {
    try {
      for (Delivery next = take(); next != null; next = take()) {
        deliver(inbound, next);
      }
    } catch (InterruptedException e) {
      log.debug("{}: delivery was interrupted while closing", self);
    }
  }

  private @Nullable Delivery take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (inbox.isEmpty() && !closed) {
        changed.await();
      }
      Delivery next = closed ? null : inbox.poll();
      inboxBytes -= next == null ? 0 : next.bytes;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void deliver(Inbound inbound, Delivery delivery) {
    if (network.isCut(delivery.from, self)) {
      return;
    }
    try {
      if (delivery.gone) {
        inbound.onPeerUnreachable(delivery.from);
      } else {
        inbound.onMessages(delivery.from, delivery.messages);
      }
    } catch (RuntimeException e) {
      log.error("{}: the host failed on what {} sent", self, delivery.from, e);
    }
  }

  @Override
  public void close() {
    network.leave(this);
    Thread waitFor = stopDelivery();
    if (waitFor == null || waitFor == Thread.currentThread()) {
      return;
    }
    try {
      waitFor.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (waitFor.isAlive()) {
      log.warn("{}: the host still handles a message after close", self);
    }
  }

  private @Nullable Thread stopDelivery() {
    lock.lock();
    try {
      closed = true;
      inbox.clear();
      inboxBytes = 0;
      changed.signalAll();
      return deliverer;
    } finally {
      lock.unlock();
    }
  }

  /** What waits for the deliverer: messages, or the news that {@code from} is gone. */
  private record Delivery(NodeId from, List<GroupMessage> messages, long bytes, boolean gone) {

    static Delivery of(NodeId from, List<GroupMessage> messages) {
      long bytes = messages.stream().mapToLong(m -> MessageSize.bytes(m.message())).sum();
      return new Delivery(from, List.copyOf(messages), bytes, false);
    }

    static Delivery gone(NodeId peer) {
      return new Delivery(peer, List.of(), 0, true);
    }
  }
}
