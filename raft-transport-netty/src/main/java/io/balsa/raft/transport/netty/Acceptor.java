package io.balsa.raft.transport.netty;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.Handshake.Caller;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets connections in: at most one of each peer and purpose, and a bounded number that haven't said who they are.
 * Thread-safe.
 */
final class Acceptor {
  private static final Logger log = LoggerFactory.getLogger(Acceptor.class);
  private static final int STRANGERS_MAX = 256;

  private final ConnectionSettings settings;
  private final Map<NodeId, Peer> peers;
  private final Map<Caller, Channel> admitted = new ConcurrentHashMap<>();

  /** Admitted or not: all that must be closed in the end. */
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;
  private final AtomicInteger strangers = new AtomicInteger();
  private final LongAdder refused = new LongAdder();
  private final AtomicReference<String> lastRefusal = new AtomicReference<>("");

  /**
   * @param peers who may come in; changes while connections come
   */
  Acceptor(ConnectionSettings settings, Map<NodeId, Peer> peers) {
    this.settings = settings;
    this.peers = peers;
  }

  ChannelHandler childHandler() {
    return ConnectionPipeline.endingWith(frames -> new AcceptedHandler(this, settings, frames));
  }

  boolean isKnown(NodeId node) {
    return peers.containsKey(node);
  }

  /** Counts one more stranger; false when there are too many. Each success is followed by {@link #strangerLeft}. */
  boolean strangerCame(Channel channel) {
    open.add(channel);
    if (closed) {
      return false;
    }
    if (strangers.incrementAndGet() > STRANGERS_MAX) {
      strangers.decrementAndGet();
      refused.increment();
      return false;
    }
    return true;
  }

  /** The connection was admitted, refused or closed. */
  void strangerLeft() {
    strangers.decrementAndGet();
  }

  /**
   * The caller's connection counts from now on, and an earlier one of the same purpose doesn't: what still comes on that was
   * sent before. Empty when the caller was removed meanwhile.
   */
  Optional<PeerCounters> admit(Caller caller, Channel channel) {
    @Nullable Channel earlier = admitted.put(caller, channel);
    if (earlier != null) {
      ConnectionPipeline.close(earlier);
    }
    @Nullable Peer peer = peers.get(caller.node());
    if (peer == null) {
      admitted.remove(caller, channel);
      return Optional.empty();
    }
    peer.counters().accepted();
    peer.hurry();
    return Optional.of(peer.counters());
  }

  void left(Caller caller, Channel channel) {
    admitted.remove(caller, channel);
  }

  void channelClosed(Channel channel) {
    open.remove(channel);
  }

  /**
   * Closes all, and whatever still comes in. Netty's event loop doesn't always: when its shutdown begins while it runs tasks, it
   * ends without a look at its channels, and their sockets stay open.
   */
  void close() {
    closed = true;
    open.forEach(ConnectionPipeline::close);
  }

  void closeAllOf(NodeId node) {
    for (Purpose purpose : Purpose.values()) {
      @Nullable Channel channel = admitted.remove(new Caller(node, purpose));
      if (channel != null) {
        ConnectionPipeline.close(channel);
      }
    }
  }

  /** Logs a refusal unless it is the same as the one before: strangers try again and again. */
  void refused(SocketAddress from, String why) {
    refused.increment();
    if (!why.equals(lastRefusal.getAndSet(why))) {
      log.warn("{}: refused a connection from {}: {}", settings.config().self(), from, why);
    }
  }

  long refusedCount() {
    return refused.sum();
  }
}
