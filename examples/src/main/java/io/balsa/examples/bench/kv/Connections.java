package io.balsa.examples.bench.kv;

import io.balsa.examples.process.ExampleException;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * So many connections, in turn to each member. All of them, and whatever answers do, run on one thread: a load generator that
 * takes part in the competition for the CPU must be frugal. Thread-safe.
 */
public final class Connections implements AutoCloseable {
  private static final int ANSWER_BYTES_MAX = 512 << 20;

  private final EventLoopGroup thread;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private Connections(EventLoopGroup thread) {
    this.thread = thread;
  }

  public static Connections open(List<InetSocketAddress> endpoints, int count) {
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup thread =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Connections connections = new Connections(thread);
    for (int i = 0; i < count; i++) {
      connections.channels.add(
          NettyChannelBuilder.forAddress(endpoints.get(i % endpoints.size()))
              .usePlaintext()
              .directExecutor()
              .eventLoopGroup(thread)
              .channelType(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
              .maxInboundMessageSize(ANSWER_BYTES_MAX)
              .build());
    }
    return connections;
  }

  /** The connection of the client with this number. */
  public ManagedChannel of(int client) {
    return channels.get(client % channels.size());
  }

  public int count() {
    return channels.size();
  }

  /**
   * The endpoint whose member says that it leads. Who doesn't answer doesn't say so.
   *
   * @throws ExampleException if no member does
   */
  static InetSocketAddress leader(List<InetSocketAddress> endpoints) {
    for (InetSocketAddress endpoint : endpoints) {
      try (Connections connection = open(List.of(endpoint), 1)) {
        StatusResponse status =
            MaintenanceGrpc.newBlockingStub(connection.of(0))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
        if (status.getLeader() == status.getHeader().getMemberId()) {
          return endpoint;
        }
      } catch (StatusRuntimeException e) {
        continue; // Down, or cut off: another one may lead.
      }
    }
    throw new ExampleException("no member says that it leads");
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    try {
      for (ManagedChannel channel : channels) {
        if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
          break; // It is shut; what is left of it goes with the thread.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
