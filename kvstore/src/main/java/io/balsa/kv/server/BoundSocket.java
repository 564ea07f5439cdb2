package io.balsa.kv.server;

import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;

/**
 * A port that is ours before anyone serves on it: connections wait in the kernel until then. So a port in use is noticed
 * before anything is written to disk, and nobody can take it between the check and the use.
 */
final class BoundSocket implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final ServerSocketChannel channel;
  private final InetSocketAddress address;
  private boolean handedOver;

  private BoundSocket(ServerSocketChannel channel, InetSocketAddress address) {
    this.channel = channel;
    this.address = address;
  }

  /**
   * @throws StartupException if the port is in use or the address isn't ours
   */
  static BoundSocket bind(InetSocketAddress address, String purpose) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(address, BACKLOG);
        return new BoundSocket(channel, (InetSocketAddress) channel.getLocalAddress());
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      throw new StartupException(
          "can't listen for " + purpose + " on " + address + ": " + e.getMessage(), e);
    }
  }

  InetSocketAddress address() {
    return address;
  }

  /** The socket as a Netty channel, which closes it from now on. Call it once. */
  NioServerSocketChannel toNettyChannel() {
    handedOver = true;
    return new AlreadyBound(channel);
  }

  /** Gives the port up, unless it was handed over. */
  @Override
  public void close() {
    if (handedOver) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("can't close the socket on " + address, e);
    }
  }

  /**
   * Looks unbound until Netty binds it: a channel that is active when it is registered would accept connections before
   * the handler that takes them is there.
   */
  private static final class AlreadyBound extends NioServerSocketChannel {
    private volatile boolean bound;

    AlreadyBound(ServerSocketChannel channel) {
      super(channel);
    }

    @Override
    public boolean isActive() {
      return bound && super.isActive();
    }

    @Override
    protected void doBind(SocketAddress address) {
      bound = true;
    }
  }
}
