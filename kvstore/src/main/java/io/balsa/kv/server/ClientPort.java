package io.balsa.kv.server;

import io.balsa.kv.http.HttpConnection;
import io.balsa.kv.http.HttpHandler;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * What clients connect to: gRPC and HTTP/1.1 on the same sockets. Started once, closed once, by the thread that runs the
 * server.
 */
final class ClientPort implements AutoCloseable {
  /** etcd's allowance for the envelope around the largest request. */
  private static final int ENVELOPE_BYTES = 512 * 1024;

  /** How much larger than the message its JSON may be: bytes are a third longer there, and names take their part. */
  private static final int JSON_FACTOR = 2;

  private static final Duration DRAIN_MAX = Duration.ofSeconds(2);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final EventLoopGroup acceptor;
  private final EventLoopGroup workers;
  private final Server server;

  /**
   * @param keepAliveMinTime a client that pings more often is sent away
   * @param keepAliveInterval a silent client is pinged after this
   * @param keepAliveTimeout and is cut off if it doesn't answer for this long
   */
  record Settings(
      int requestBytesMax,
      int concurrentStreamsMax,
      Duration keepAliveMinTime,
      Duration keepAliveInterval,
      Duration keepAliveTimeout) {

    /** The largest message that is taken from a client. */
    int messageBytesMax() {
      return requestBytesMax + ENVELOPE_BYTES;
    }
  }

  private ClientPort(EventLoopGroup acceptor, EventLoopGroup workers, Server server) {
    this.acceptor = acceptor;
    this.workers = workers;
    this.server = server;
  }

  /**
   * Serves from now on. The sockets belong to the port, also if this throws.
   *
   * @param services with their interceptors
   * @param http who answers what isn't gRPC
   */
  static ClientPort serve(
      List<BoundSocket> sockets,
      Settings settings,
      List<ServerServiceDefinition> services,
      HttpHandler http) {
    int bodyBytesMax = JSON_FACTOR * settings.messageBytesMax();
    EventLoopGroup acceptor = eventLoops(1, "kv-accept");
    EventLoopGroup workers = eventLoops(workerCount(), "kv-client");
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(sockets.get(0).address())
            .channelFactory(channels(sockets))
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(workers)
            // Handlers never block: one hop to another thread costs ten times the call.
            .directExecutor()
            .protocolNegotiator(
                new TwoProtocols(pipeline -> HttpConnection.addTo(pipeline, http, bodyBytesMax)))
            // The sniffer watches over connections that say nothing; an HTTP/1.1 one never shakes
            // hands with gRPC.
            .handshakeTimeout(365, TimeUnit.DAYS)
            .maxInboundMessageSize(settings.messageBytesMax())
            .maxConcurrentCallsPerConnection(settings.concurrentStreamsMax())
            .permitKeepAliveTime(settings.keepAliveMinTime().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(false)
            .keepAliveTime(settings.keepAliveInterval().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
    sockets.stream().skip(1).forEach(socket -> builder.addListenAddress(socket.address()));
    services.forEach(builder::addService);
    try {
      return new ClientPort(acceptor, workers, builder.build().start());
    } catch (IOException e) {
      sockets.forEach(BoundSocket::close);
      stop(acceptor);
      stop(workers);
      throw new StartupException("can't serve clients: " + e.getMessage(), e);
    }
  }

  /** gRPC asks for one channel per address, in their order, all on one thread. */
  private static io.netty.channel.ChannelFactory<io.netty.channel.ServerChannel> channels(
      List<BoundSocket> sockets) {
    Queue<BoundSocket> remaining = new ArrayDeque<>(sockets);
    return () -> remaining.remove().toNettyChannel();
  }

  private static EventLoopGroup eventLoops(int threads, String name) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** Few: handlers are short, and what is saved on switching is worth more than a second thread. */
  private static int workerCount() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** No new connection and no new call from now on; those under way go on. */
  void stopAccepting() {
    server.shutdown();
  }

  /** Stops accepting, lets calls under way finish for a moment, then ends them. Blocks for seconds at most. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(DRAIN_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    stop(acceptor);
    stop(workers);
  }

  private static void stop(EventLoopGroup group) {
    group.shutdownGracefully(0, CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS).syncUninterruptibly();
  }
}
