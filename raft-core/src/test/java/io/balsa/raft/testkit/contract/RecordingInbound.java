package io.balsa.raft.testkit.contract;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Keeps all that a transport delivers, and lets a test wait for it. Thread-safe. */
public final class RecordingInbound implements Transport.Inbound {
  private static final long DEADLINE_SECONDS = 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final List<Received> received = new ArrayList<>();
  private final List<NodeId> unreachable = new ArrayList<>();

  /** One message as it came. */
  public record Received(NodeId from, GroupMessage message) {}

  @Override
  public void onMessages(NodeId from, List<GroupMessage> messages) {
    change(() -> messages.forEach(message -> received.add(new Received(from, message))));
  }

  @Override
  public void onPeerUnreachable(NodeId peer) {
    change(() -> unreachable.add(peer));
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Everything so far, in the order of arrival. */
  public List<Received> received() {
    lock.lock();
    try {
      return List.copyOf(received);
    } finally {
      lock.unlock();
    }
  }

  public List<NodeId> unreachable() {
    lock.lock();
    try {
      return List.copyOf(unreachable);
    } finally {
      lock.unlock();
    }
  }

  /** Whether a message that matches is here, or comes within the time. */
  public boolean awaitMessage(Predicate<Received> wanted, long millis) throws InterruptedException {
    return await(() -> received.stream().anyMatch(wanted), millis);
  }

  /** Waits until so many messages that match have come. */
  public void awaitCount(Predicate<Received> wanted, int count) throws InterruptedException {
    BooleanSupplier enough = () -> received.stream().filter(wanted).count() >= count;
    if (!await(enough, TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS))) {
      throw new AssertionError("waited for " + count + " messages; " + describe());
    }
  }

  /** Waits until the peer was reported gone so many times. */
  public void awaitUnreachable(NodeId peer, int times) throws InterruptedException {
    BooleanSupplier reported = () -> unreachable.stream().filter(peer::equals).count() >= times;
    if (!await(reported, TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS))) {
      throw new AssertionError("waited for the loss of " + peer + "; " + describe());
    }
  }

  private boolean await(BooleanSupplier condition, long millis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!condition.getAsBoolean() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return condition.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  private String describe() {
    int from = Math.max(0, received.size() - 3);
    return received.size()
        + " came, the last being "
        + received.subList(from, received.size())
        + ", unreachable: "
        + unreachable;
  }
}
