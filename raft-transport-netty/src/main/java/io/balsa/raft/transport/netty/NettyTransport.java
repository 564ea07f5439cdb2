package io.balsa.raft.transport.netty;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages between hosts over TCP: one connection for each direction between two hosts, and one more for snapshots.
 *
 * <p>Thread-safe. One event-loop thread does all the work, unless {@link NettyTransportBuilder#ioThreads} says otherwise, and calls the host.
 * {@link #start} throws {@link InvalidConfigException} if it can't listen; nothing else fails: what can't be sent is dropped
 * and counted, and connections are opened again for as long as the transport lives.
 */
public final class NettyTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);
  private static final long CLOSE_SECONDS_MAX = 5;

  private enum State {
    NEW,
    STARTED,
    CLOSED
  }

  private final ConnectionSettings settings;
  private final EventLoopGroup loops;
  private final Map<NodeId, Peer> peers = new ConcurrentHashMap<>();
  private final Acceptor acceptor;
  private final LongAdder messagesToStrangers = new LongAdder();

  /** Guards the changes of state, peers and listener. Nobody waits for the event loop while holding it, but {@link #start}. */
  private final Object lock = new Object();

  private volatile State state = State.NEW;
  private volatile @Nullable Channel listener;

  NettyTransport(
      NettyTransportConfig config,
      Map<NodeId, InetSocketAddress> addresses,
      Sockets sockets,
      Reception reception) {
    settings = ConnectionSettings.of(config, sockets, reception);
    String threadName = "balsa-transport-" + config.self();
    loops = sockets.eventLoops(config.ioThreads(), new DefaultThreadFactory(threadName, true));
    acceptor = new Acceptor(settings, peers);
    addresses.forEach(this::setPeer);
  }

  /**
   * A transport of {@code self} among the hosts of a cluster, with default settings.
   *
   * @param addresses of all hosts; {@code self} listens on its own
   */
  public static NettyTransport between(NodeId self, Map<NodeId, InetSocketAddress> addresses) {
    return builder(self).peers(addresses).build();
  }

  public static NettyTransportBuilder builder(NodeId self) {
    return new NettyTransportBuilder(self);
  }

  @Override
  public void start(Inbound inbound) {
    synchronized (lock) {
      if (state != State.NEW) {
        throw new IllegalStateException("the transport was already started, or closed");
      }
      settings.deliveries().open(inbound);
      listen();
      state = State.STARTED;
      peers.values().forEach(Peer::open);
    }
  }

  private void listen() {
    InetSocketAddress bind = settings.config().bind();
    ChannelFuture bound =
        settings
            .sockets()
            .listening(loops)
            .childHandler(acceptor.childHandler())
            .bind(bind)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new InvalidConfigException(
          "can't listen on "
              + bind.getHostString()
              + ":"
              + bind.getPort()
              + ": "
              + bound.cause().getMessage());
    }
    listener = bound.channel();
    log.info("{}: listening on {}", settings.config().self(), bound.channel().localAddress());
  }

  /** Where it listens; empty before the start. The way to learn a port that the system chose. */
  public Optional<InetSocketAddress> localAddress() {
    Channel listening = listener;
    return listening == null
        ? Optional.empty()
        : Optional.ofNullable((InetSocketAddress) listening.localAddress());
  }

  /** Adds a peer, or lets it be called at another address from now on. Its name is looked up at each attempt to connect. */
  public void setPeer(NodeId id, InetSocketAddress address) {
    if (id.equals(settings.config().self())) {
      throw new InvalidConfigException(id + " can't be a peer of itself");
    }
    synchronized (lock) {
      @Nullable Peer before = peers.get(id);
      if (state == State.CLOSED || (before != null && before.address().equals(address))) {
        return;
      }
      PeerCounters counters = before == null ? new PeerCounters() : before.counters();
      Peer peer = new Peer(new Peer.Target(id, address, counters), settings, loops);
      peers.put(id, peer);
      if (before != null) {
        before.close();
      }
      if (state == State.STARTED) {
        peer.open();
      }
    }
  }

  /** Closes the connections to and from the peer; it is a stranger from now on. Unknown ones are ignored. */
  public void removePeer(NodeId id) {
    synchronized (lock) {
      @Nullable Peer peer = peers.remove(id);
      if (peer != null) {
        peer.close();
        acceptor.closeAllOf(id);
      }
    }
  }

  /** Whether there is a connection to the peer for messages. A peer that fell silent is seen to be gone within seconds. */
  public boolean isConnected(NodeId id) {
    @Nullable Peer peer = peers.get(id);
    return peer != null && peer.isConnected();
  }

  /**
   * Asks a host something on behalf of nobody, over a connection for this one question: what its {@link Reception#answer} has
   * to say. Fails with an {@link java.io.IOException} when no answer comes in time, or the host has none; then nothing was done.
   */
  public static CompletableFuture<Bytes> ask(
      InetSocketAddress host, Bytes question, Duration timeout) {
    return AskingHandler.ask(host, question, timeout);
  }

  @Override
  public void send(NodeId to, List<GroupMessage> messages) {
    if (messages.isEmpty() || state != State.STARTED) {
      return;
    }
    @Nullable Peer peer = peers.get(to);
    if (peer == null) {
      messagesToStrangers.add(messages.size());
    } else {
      peer.send(messages);
    }
  }

  /** What happened so far. The counts are of slightly different moments while messages flow. */
  public TransportStats stats() {
    SortedMap<NodeId, PeerStats> byPeer = new TreeMap<>();
    peers.forEach((id, peer) -> byPeer.put(id, peer.counters().snapshot()));
    return new TransportStats(byPeer, messagesToStrangers.sum(), acceptor.refusedCount());
  }

  @Override
  public void close() {
    Future<?> ended = stop();
    // A host that closes from within a callback can't wait for the end of that callback.
    for (EventExecutor loop : loops) {
      if (loop.inEventLoop()) {
        return;
      }
    }
    if (!ended.awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
      log.warn("{}: the event loop didn't end in time", settings.config().self());
    }
  }

  private Future<?> stop() {
    synchronized (lock) {
      if (state == State.CLOSED) {
        return loops.terminationFuture();
      }
      state = State.CLOSED;
      settings.deliveries().close();
      settings.addresses().close();
      Channel listening = listener;
      if (listening != null) {
        ConnectionPipeline.close(listening);
      }
      peers.values().forEach(Peer::close);
      acceptor.close();
      return loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    }
  }
}
