package io.balsa.raft.transport.netty;

import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link NettyTransport} needs. Everything but an address to listen on has a default. One thread. */
public final class NettyTransportBuilder {
  private static final Duration BACKOFF_MIN = Duration.ofMillis(20);
  private static final Duration BACKOFF_MAX = Duration.ofSeconds(1);

  private final NodeId self;
  private final Map<NodeId, InetSocketAddress> addresses = new HashMap<>();
  private @Nullable InetSocketAddress bind;
  private long clusterId;
  private int frameBytesMax = NettyTransportConfig.FRAME_BYTES_DEFAULT;
  private long outboundBytesMax = NettyTransportConfig.OUTBOUND_BYTES_DEFAULT;
  private Duration connectTimeout = Duration.ofSeconds(2);
  private Duration handshakeTimeout = Duration.ofSeconds(3);
  private Duration backoffMin = BACKOFF_MIN;
  private Duration backoffMax = BACKOFF_MAX;
  private int ioThreads = 1;
  private Sockets sockets = Sockets.best();
  private Reception reception = new Reception() {};

  NettyTransportBuilder(NodeId self) {
    this.self = self;
  }

  /** The same on all hosts of a cluster, and another on every other cluster: those are refused. Default 0. */
  public NettyTransportBuilder clusterId(long id) {
    clusterId = id;
    return this;
  }

  /** Where to listen, if it isn't the address at which the others call. Port 0 lets the system choose. */
  public NettyTransportBuilder bind(InetSocketAddress address) {
    bind = address;
    return this;
  }

  /** Another host; or this one, to say where it listens. */
  public NettyTransportBuilder peer(NodeId id, InetSocketAddress address) {
    addresses.put(id, address);
    return this;
  }

  public NettyTransportBuilder peers(Map<NodeId, InetSocketAddress> all) {
    addresses.putAll(all);
    return this;
  }

  /** The largest frame that is sent or taken; a larger message is dropped. The same on all hosts. Default 64 MiB. */
  public NettyTransportBuilder frameBytesMax(int bytes) {
    frameBytesMax = bytes;
    return this;
  }

  /** What may wait on one connection; what exceeds it is dropped. Default 64 MiB. */
  public NettyTransportBuilder outboundBytesMax(long bytes) {
    outboundBytesMax = bytes;
    return this;
  }

  /** Default 2 s. */
  public NettyTransportBuilder connectTimeout(Duration timeout) {
    connectTimeout = timeout;
    return this;
  }

  /** From the TCP connection to the answer. Default 3 s. */
  public NettyTransportBuilder handshakeTimeout(Duration timeout) {
    handshakeTimeout = timeout;
    return this;
  }

  /** The first and the longest pause between attempts to connect; each is twice the one before. Default 20 ms to 1 s. */
  public NettyTransportBuilder reconnectBackoff(Duration first, Duration longest) {
    backoffMin = first;
    backoffMax = longest;
    return this;
  }

  /** Event-loop threads. Default 1. */
  public NettyTransportBuilder ioThreads(int threads) {
    ioThreads = threads;
    return this;
  }

  /** Who answers for the cluster when somebody is at the door that isn't a peer. Default: nobody was removed, nothing is told. */
  public NettyTransportBuilder reception(Reception host) {
    reception = host;
    return this;
  }

  NettyTransportBuilder sockets(Sockets kind) {
    sockets = kind;
    return this;
  }

  /**
   * @throws InvalidConfigException if a setting is out of range, or nothing says where to listen
   */
  public NettyTransport build() {
    Map<NodeId, InetSocketAddress> peers = new HashMap<>(addresses);
    @Nullable InetSocketAddress own = peers.remove(self);
    @Nullable InetSocketAddress listenOn = bind == null ? own : bind;
    if (listenOn == null) {
      throw new InvalidConfigException(
          "no address to listen on: call bind, or give the address of " + self + " itself");
    }
    NettyTransportConfig config =
        new NettyTransportConfig(
            self,
            clusterId,
            listenOn,
            frameBytesMax,
            outboundBytesMax,
            connectTimeout,
            handshakeTimeout,
            backoffMin,
            backoffMax,
            ioThreads);
    return new NettyTransport(config, peers, sockets, reception);
  }
}
