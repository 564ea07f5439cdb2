package io.balsa.raft.transport.netty;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.wire.FrameLayout;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our way to one peer for one purpose: opens a connection, opens it again when it is lost, and writes what is sent.
 *
 * <p>Any thread calls {@link #open}, {@link #send}, {@link #hurry} and {@link #close}; everything else runs on the event loop.
 * Nothing here throws or blocks.
 */
final class PeerConnection {
  /*
   *            open, send            accepted
   *     IDLE ──────────► CONNECTING ─────────► READY
   *      ▲                ▲      │               │ lost
   *      │ (BULK)   pause │      │ failed        │
   *      └─────── BACKING_OFF ◄──┴───────────────┘   (after a second of use: CONNECTING at once)
   *
   * While CONNECTING a few messages wait: the votes of a cluster that starts shouldn't be lost. While BACKING_OFF they are
   * dropped: they would be stale, and heartbeats are repeated anyway.
   */
  private enum State {
    IDLE,
    CONNECTING,
    READY,
    BACKING_OFF,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(PeerConnection.class);

  /** What may wait for a connection that isn't there yet. */
  private static final long WAITING_BYTES_MAX = 8L << 20;

  /** A connection that was lost sooner isn't replaced at once: whatever broke it may break the next one as quickly. */
  private static final long PROVEN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final NodeId peer;
  private final InetSocketAddress address;
  private final Purpose purpose;
  private final ConnectionSettings settings;
  private final PeerCounters counters;
  private final EventLoop loop;
  private final Outbox outbox;
  private final AtomicBoolean drainScheduled = new AtomicBoolean();

  // The event loop's.
  private final Backoff backoff;
  private volatile State state = State.IDLE; // anybody may look
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> retry;
  private long readySinceNanos;

  /** An accepted connection was lost, and whether the peer's process is gone isn't known yet. */
  private boolean lossUnexplained;

  /** What was logged last about not getting through; the next line is for something else. */
  private String lastComplaint = "";

  PeerConnection(Peer.Target target, Purpose purpose, ConnectionSettings settings, EventLoop loop) {
    this.peer = target.id();
    this.address = target.address();
    this.counters = target.counters();
    this.purpose = purpose;
    this.settings = settings;
    this.loop = loop;
    NettyTransportConfig config = settings.config();
    backoff = new Backoff(config.backoffMin(), config.backoffMax());
    outbox = new Outbox(config.frameBytesMax(), counters);
    outbox.limitTo(waitingBytesMax());
  }

  NodeId peer() {
    return peer;
  }

  Purpose purpose() {
    return purpose;
  }

  boolean isReady() {
    return state == State.READY;
  }

  void open() {
    runOnLoop(
        () -> {
          if (state == State.IDLE) {
            connect();
          }
        });
  }

  /** The peer shows signs of life: no need to wait for the next attempt. */
  void hurry() {
    runOnLoop(
        () -> {
          if (state == State.BACKING_OFF) {
            onPauseOver();
          }
        });
  }

  void send(List<GroupMessage> messages) {
    outbox.offer(messages);
    if (drainScheduled.compareAndSet(false, true)) {
      runOnLoop(this::drain);
    }
  }

  void close() {
    runOnLoop(
        () -> {
          state = State.CLOSED;
          outbox.dropAll();
          cancelRetry();
          if (channel != null) {
            ConnectionPipeline.close(channel);
          }
        });
  }

  private void runOnLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      log.trace("{}: the transport was closed meanwhile", peer);
    }
  }

  private void drain() {
    drainScheduled.set(false);
    switch (state) {
      case IDLE -> connect();
      case CONNECTING -> log.trace("{}: messages wait for the connection", peer);
      case READY -> write();
      case BACKING_OFF, CLOSED -> outbox.dropAll();
    }
  }

  private void write() {
    Channel ready = channel;
    if (ready == null) {
      return;
    }
    boolean written = false;
    while (ready.isWritable()) {
      Optional<Outbox.Batch> batch = outbox.nextBatch();
      if (batch.isEmpty()) {
        break;
      }
      write(ready, batch.get());
      written = true;
    }
    if (written) {
      ready.flush();
    }
  }

  private void write(Channel ready, Outbox.Batch batch) {
    ByteBuf frame = FrameLayout.frame(ready.alloc(), FrameType.MESSAGES, batch.body());
    int bytes = frame.readableBytes();
    ready
        .write(frame)
        .addListener(
            written -> {
              outbox.release(batch);
              if (written.isSuccess()) {
                counters.sent(batch.messages(), bytes);
              } else {
                counters.dropped(batch.messages());
              }
            });
  }

  private void connect() {
    state = State.CONNECTING;
    settings
        .addresses()
        .lookUp(address, loop)
        .addListener(
            (Future<InetSocketAddress> found) -> {
              if (state != State.CONNECTING) {
                return;
              }
              if (found.isSuccess()) {
                connectTo(found.getNow());
              } else {
                onAttemptFailed(found.cause());
              }
            });
  }

  private void connectTo(InetSocketAddress target) {
    int timeoutMillis = (int) settings.config().connectTimeout().toMillis();
    ChannelFuture attempt =
        settings
            .sockets()
            .connecting(loop)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
            .handler(ConnectionPipeline.endingWith(frames -> new OpenedHandler(this, settings)))
            .connect(target);
    channel = attempt.channel();
    attempt.addListener(
        connected -> {
          if (!connected.isSuccess()) {
            onAttemptFailed(connected.cause());
          }
        });
  }

  private void onAttemptFailed(Throwable cause) {
    if (state != State.CONNECTING) {
      return;
    }
    boolean gone = lossUnexplained && isRefusal(cause);
    lossUnexplained = false;
    complain(String.valueOf(cause.getMessage()));
    backOff();
    if (gone) {
      log.info("{}: the process of {} is gone", settings.config().self(), peer);
      settings.deliveries().peerUnreachable(peer);
    }
  }

  /** Nobody listens at the address: the host is there and says so. A timeout is no such statement. */
  private static boolean isRefusal(Throwable cause) {
    return cause instanceof ConnectException
        && !(cause instanceof ConnectTimeoutException)
        && String.valueOf(cause.getMessage())
            .toLowerCase(Locale.ROOT)
            .contains("connection refused");
  }

  void onAccepted(Channel accepted) {
    if (state != State.CONNECTING) {
      ConnectionPipeline.close(accepted);
      return;
    }
    state = State.READY;
    readySinceNanos = System.nanoTime();
    lossUnexplained = false;
    lastComplaint = "";
    counters.opened();
    outbox.limitTo(settings.config().outboundBytesMax());
    log.info("{}: connected to {} at {} for {}", self(), peer, address, purpose);
    write();
  }

  void onRefused(Channel refused, Refusal refusal) {
    if (state != State.CONNECTING || refused != channel) {
      return;
    }
    lossUnexplained = false;
    complain("it refuses us, " + refusal);
    backOff();
    if (refusal.reason() == Refusal.Reason.REMOVED) {
      settings.reception().onRemoved(peer);
    }
  }

  void onWritabilityChanged() {
    if (state == State.READY) {
      write();
    }
  }

  void onClosed(Channel closed, String because) {
    if (closed != channel) {
      return;
    }
    channel = null;
    if (state == State.CONNECTING) {
      // During the handshake: perhaps the last connection that a dying process let in. Whether it
      // is gone, the next shows.
      complain(because);
      backOff();
    } else if (state == State.READY) {
      log.info("{}: lost the connection to {} for {}: {}", self(), peer, purpose, because);
      onLost();
    }
  }

  private void onLost() {
    outbox.limitTo(waitingBytesMax());
    lossUnexplained = purpose == Purpose.MESSAGES;
    boolean proven = System.nanoTime() - readySinceNanos >= PROVEN_NANOS;
    if (!proven) {
      backOff();
      return;
    }
    backoff.reset();
    if (purpose == Purpose.MESSAGES) {
      connect();
    } else {
      state = State.IDLE;
      outbox.dropAll();
    }
  }

  private void backOff() {
    state = State.BACKING_OFF;
    channel = null;
    outbox.dropAll();
    cancelRetry();
    retry = loop.schedule(this::onPauseOver, backoff.nextDelayNanos(), TimeUnit.NANOSECONDS);
  }

  private void onPauseOver() {
    if (state != State.BACKING_OFF) {
      return;
    }
    cancelRetry();
    if (purpose == Purpose.MESSAGES) {
      connect();
    } else {
      state = State.IDLE;
    }
  }

  private void cancelRetry() {
    if (retry != null) {
      retry.cancel(false);
      retry = null;
    }
  }

  private void complain(String complaint) {
    if (!complaint.equals(lastComplaint)) {
      lastComplaint = complaint;
      log.info("{}: no connection to {} at {}: {}", self(), peer, address, complaint);
    }
  }

  private NodeId self() {
    return settings.config().self();
  }

  private long waitingBytesMax() {
    return Math.min(WAITING_BYTES_MAX, settings.config().outboundBytesMax());
  }
}
