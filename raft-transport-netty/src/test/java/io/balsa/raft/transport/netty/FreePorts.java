package io.balsa.raft.transport.netty;

import io.balsa.raft.model.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Addresses on this machine at which nobody listens, all of them different. */
final class FreePorts {
  private FreePorts() {}

  static Map<NodeId, InetSocketAddress> forNodes(NodeId... nodes) throws IOException {
    Map<NodeId, InetSocketAddress> addresses = new TreeMap<>();
    List<ServerSocket> held = new ArrayList<>();
    for (NodeId node : nodes) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
      held.add(socket);
      addresses.put(node, new InetSocketAddress("127.0.0.1", socket.getLocalPort()));
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return addresses;
  }
}
