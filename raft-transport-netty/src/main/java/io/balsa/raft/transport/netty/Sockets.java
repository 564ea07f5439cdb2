package io.balsa.raft.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.ThreadFactory;

/** Which sockets Netty uses: Linux's epoll where its library loads, Java's NIO elsewhere. Stateless. */
enum Sockets {
  EPOLL,
  NIO;

  /**
   * After so long without an acknowledgement of what was sent, Linux gives a connection up. Without it a connection through a
   * partition of some minutes stays silent for up to two more after the healing: TCP's pauses between retransmissions double.
   */
  private static final int UNACKNOWLEDGED_MILLIS_MAX = 5_000;

  private static final int KEEPALIVE_SECONDS = 2;
  private static final int KEEPALIVE_PROBES = 3;
  private static final int ACCEPT_BACKLOG = 1024;

  /** Between these, frames are made: what waits beyond them is messages that share their payloads with the entry cache. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(512 << 10, 1 << 20);

  static Sockets best() {
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  EventLoopGroup eventLoops(int threads, ThreadFactory threadFactory) {
    IoHandlerFactory handler =
        switch (this) {
          case EPOLL -> EpollIoHandler.newFactory();
          case NIO -> NioIoHandler.newFactory();
        };
    return new MultiThreadIoEventLoopGroup(threads, threadFactory, handler);
  }

  /** For connections that are opened from here. Addresses must have been looked up. */
  Bootstrap connecting(EventLoop loop) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .disableResolver()
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
    return switch (this) {
      case EPOLL ->
          bootstrap
              .channel(EpollSocketChannel.class)
              .option(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS_MAX)
              .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
              .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS)
              .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
      case NIO -> bootstrap.channel(NioSocketChannel.class);
    };
  }

  /** For the listening socket and the connections that it accepts. */
  ServerBootstrap listening(EventLoopGroup loops) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true);
    return switch (this) {
      case EPOLL ->
          bootstrap
              .channel(EpollServerSocketChannel.class)
              .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
              .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS)
              .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
      case NIO -> bootstrap.channel(NioServerSocketChannel.class);
    };
  }
}
