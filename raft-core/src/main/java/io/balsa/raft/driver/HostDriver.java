package io.balsa.raft.driver;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RaftException;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.protocol.liveness.HostWatch;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.spi.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All groups of a process: owns their threads, and the log, the snapshots and the transport that they share. Thread-safe.
 *
 * <p>Stops as a whole: when it is closed, or at once and for good when a store, an invariant or a state machine fails.
 */
public final class HostDriver implements AutoCloseable {
  private static final String STOP_THREAD = "balsa-stop";
  private static final int MESSAGES_PER_ITEM = 16;
  private static final Logger log = LoggerFactory.getLogger(HostDriver.class);

  private final HostParts parts;
  private final Transport transport;
  private final HostLoop loop;
  private final List<Thread> threads = new ArrayList<>();

  /** Those that are open. */
  private final Map<GroupId, GroupDriver<?>> groups = new ConcurrentHashMap<>();

  /** Held while a group is opened: one at a time. */
  private final Object opening = new Object();

  private final LongAdder droppedMessages = new LongAdder();

  /** Why the host stops or has stopped; set once. */
  private final AtomicReference<NodeStoppedException> stopReason = new AtomicReference<>();

  private final CompletableFuture<Void> terminated = new CompletableFuture<>();

  /** Who is completing what waits: continuations run on it, and may close the host once more. */
  private volatile @Nullable Thread stopping;

  private HostDriver(
      DriverConfig config, Transport transport, LogStore logStore, SnapshotStore snapshotStore) {
    long origin = System.nanoTime();
    this.transport = transport;
    Inbox inbox = new Inbox(config.inboxBytesMax(), this::stopReason);
    Outlet outlet = new Outlet(transport);
    this.parts =
        new HostParts(
            config,
            () -> System.nanoTime() - origin,
            inbox,
            outlet,
            new LogWriter(logStore, outlet, this::fail, this::stopReason),
            new Applier(this::fail, this::stopReason),
            new Pools(),
            logStore,
            snapshotStore,
            this::fail);
    HostWatch watch =
        new HostWatch(
            newStartId(),
            config.core().heartbeatIntervalNanos(),
            config.core().electionTimeoutNanos());
    this.loop = new HostLoop(inbox, parts.clock(), outlet, watch, this::fail);
    threads.add(new Thread(loop, "balsa-loop"));
    threads.add(new Thread(parts.writer(), "balsa-log"));
    threads.add(new Thread(parts.applier(), "balsa-apply"));
  }

  /** Another one for each start, as good as certainly: it tells peers apart that were restarted. */
  private static long newStartId() {
    return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  }

  /**
   * Starts the threads and the transport. The host owns what it was given from here on, also if this throws.
   *
   * @throws io.balsa.raft.model.InvalidConfigException if the transport can't listen
   */
  public static HostDriver start(
      DriverConfig config, Transport transport, LogStore logStore, SnapshotStore snapshotStore) {
    HostDriver host = new HostDriver(config, transport, logStore, snapshotStore);
    host.threads.forEach(Thread::start);
    try {
      transport.start(host.new FromPeers());
    } catch (RuntimeException | Error e) {
      host.close();
      throw e;
    }
    return host;
  }

  /**
   * Recovers this host's replica of a group, and lets it take part. Blocks.
   *
   * @throws StorageException if the group can't be recovered; nothing was started
   * @throws IllegalArgumentException if the group is open on this host
   */
  public <R> GroupDriver<R> openGroup(
      GroupId group, StateMachine<R> stateMachine, Collection<NodeId> initialVoters) {
    refuseOwnThread();
    GroupDriver<R> opened;
    synchronized (opening) {
      opened = new GroupOpening<>(this, parts, group, stateMachine).open(initialVoters, groups);
    }
    NodeStoppedException reason = stopReason.get();
    if (reason != null) {
      opened.stop(reason);
    }
    return opened;
  }

  /** Messages that were dropped because too much waited already. */
  public long droppedMessages() {
    return droppedMessages.sum();
  }

  /** How often the event loop found something to do. */
  public long loopRounds() {
    return loop.rounds();
  }

  /**
   * Stops all groups, then closes the transport and the stores. Every pending future completes. Blocks; idempotent.
   *
   * @throws IllegalStateException when called on one of the host's own threads, which it would have to wait for
   */
  @Override
  public void close() {
    Thread caller = Thread.currentThread();
    if (caller.equals(stopping) || caller.getName().equals(STOP_THREAD)) {
      return; // A continuation of a future that the stop completes: the end is on its way already.
    }
    refuseOwnThread();
    if (stop(new NodeStoppedException("the node was closed"))) {
      terminate();
      groups.values().forEach(group -> group.stopped().complete(null));
    } else {
      terminated.join();
    }
  }

  /** Nothing of the group runs any more: it may be opened again. */
  void forget(GroupDriver<?> closed) {
    groups.remove(closed.group(), closed);
  }

  void refuseOwnThread() {
    if (threads.contains(Thread.currentThread())) {
      throw new IllegalStateException(
          "called on " + Thread.currentThread().getName() + ", which would wait for itself");
    }
  }

  private NodeStoppedException stopReason() {
    NodeStoppedException reason = stopReason.get();
    return reason != null ? reason : new NodeStoppedException("the node stops");
  }

  private void fail(String what, Throwable cause) {
    // Before all else: nobody may hear anything from a node whose state or disk can't be trusted.
    parts.outlet().shut();
    NodeStoppedException reason = new NodeStoppedException("the node stopped: " + what, cause);
    if (!stop(reason)) {
      return;
    }
    log.error("{} stops: {}", parts.config().self(), what, cause);
    Runnable end =
        () -> {
          groups.values().forEach(group -> group.stopped().completeExceptionally(reason));
          terminate();
        };
    new Thread(end, STOP_THREAD).start();
  }

  /** Lets nothing more in or out, and completes what waits. Returns whether this call was the first. */
  private boolean stop(NodeStoppedException reason) {
    if (!stopReason.compareAndSet(null, reason)) {
      return false;
    }
    stopping = Thread.currentThread();
    parts.outlet().shut();
    parts.inbox().close();
    parts.writer().stop();
    parts.applier().stop();
    parts.pools().shutDown();
    groups.values().forEach(group -> group.stop(reason));
    stopping = null;
    return true;
  }

  /** Waits for the threads, then closes what they used. */
  private void terminate() {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
      if (!parts.pools().awaitEnd()) {
        log.warn("{}: a snapshot is still being written or read", parts.config().self());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(transport);
      close(parts.logStore());
      close(parts.snapshotStore());
      terminated.complete(null);
    }
  }

  private void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      log.error("{}: {} didn't close", parts.config().self(), part, e);
    }
  }

  /** The result of something that this host's threads were asked for, or what it threw. */
  static <T> T await(CompletableFuture<T> asked) {
    try {
      return asked.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RaftException known) {
        throw known;
      }
      throw new StorageException("the group can't be recovered: " + e.getCause(), e);
    }
  }

  /** What the transport brings. */
  private final class FromPeers implements Transport.Inbound {
    @Override
    public void onMessages(NodeId from, List<GroupMessage> messages) {
      // In parts, so that a burst isn't lost as a whole.
      for (int i = 0; i < messages.size(); i += MESSAGES_PER_ITEM) {
        int end = Math.min(messages.size(), i + MESSAGES_PER_ITEM);
        List<GroupMessage> part = messages.subList(i, end);
        if (!parts.inbox().offer(InboxItems.Messages.of(from, part))) {
          // Raft copes with lost messages, and the sender slows down by itself.
          droppedMessages.add(part.size());
        }
      }
    }

    @Override
    public void onPeerUnreachable(NodeId peer) {
      parts.inbox().put(new InboxItems.PeerUnreachable(peer));
    }
  }
}
