package io.balsa.raft.transport.netty;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import io.balsa.raft.testkit.contract.TransportContract;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

/** The contract over the sockets that are best here: epoll on Linux. */
class NettyTransportContractTest extends TransportContract {
  private static final int FRAME_BYTES_MAX = 16 << 20;

  private Map<NodeId, InetSocketAddress> addresses = Map.of();

  @BeforeEach
  void chooseAddresses() throws IOException {
    addresses = FreePorts.forNodes(A, B, C);
  }

  Sockets sockets() {
    return Sockets.best();
  }

  @Override
  protected Transport transport(NodeId self) {
    return NettyTransport.builder(self)
        .peers(addresses)
        .clusterId(7)
        .frameBytesMax(FRAME_BYTES_MAX)
        .sockets(sockets())
        .build();
  }

  @Override
  protected int bigPayloadBytes() {
    return FRAME_BYTES_MAX - 100;
  }
}
