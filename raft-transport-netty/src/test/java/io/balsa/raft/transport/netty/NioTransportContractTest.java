package io.balsa.raft.transport.netty;

/** The contract over Java's own sockets, which are all there is beside Linux. */
final class NioTransportContractTest extends NettyTransportContractTest {
  @Override
  Sockets sockets() {
    return Sockets.NIO;
  }
}
