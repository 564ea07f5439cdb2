package io.balsa.kv.request;

import io.balsa.kv.model.MemberId;
import io.balsa.raft.model.NodeId;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC channel to the member that leads, for calls that only the leader can answer. Made when first asked for, kept until
 * the leader changes.
 *
 * <p>Thread-safe; connecting happens elsewhere. Calls made on a channel that was replaced still come to their end. Callbacks
 * run on the channel's event loop and must not block.
 */
public final class LeaderChannel implements AutoCloseable {
  private final MemberId self;
  private final Replica replica;
  private final MemberDirectory directory;

  // Guarded by this.
  private @Nullable String connectedUrl;
  private @Nullable ManagedChannel channel;
  private boolean closed;

  public LeaderChannel(MemberId self, Replica replica, MemberDirectory directory) {
    this.self = self;
    this.replica = replica;
    this.directory = directory;
  }

  /** The channel to the leader; empty when this member leads itself, or knows no leader or not where its clients connect. */
  public Optional<ManagedChannel> current() {
    Optional<NodeId> leader = replica.leader();
    if (leader.isEmpty() || leader.get().equals(self.toNodeId())) {
      return Optional.empty();
    }
    return directory
        .member(MemberId.of(leader.get()))
        .flatMap(member -> member.getClientURLsList().stream().findFirst())
        .flatMap(this::channelTo);
  }

  private synchronized Optional<ManagedChannel> channelTo(String url) {
    if (closed) {
      return Optional.empty();
    }
    if (channel == null || !url.equals(connectedUrl)) {
      disconnect();
      URI address = URI.create(url);
      channel =
          NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
              .usePlaintext()
              .directExecutor()
              // What a member answers is bounded where it is made.
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build();
      connectedUrl = url;
    }
    return Optional.of(channel);
  }

  private synchronized void disconnect() {
    if (channel != null) {
      channel.shutdown();
      channel = null;
    }
  }

  /** Ends the connection. Calls under way come to their end. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    disconnect();
  }
}
