package io.balsa.kv.server;

import io.balsa.kv.members.Peers;
import io.balsa.kv.model.MemberId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.NettyTransport;
import java.net.URI;
import java.util.List;

/** The transport to the other members. A member is reached at the first of its peer URLs. Thread-safe; nothing blocks. */
final class MemberPeers implements Peers {
  private final NettyTransport transport;

  MemberPeers(NettyTransport transport) {
    this.transport = transport;
  }

  @Override
  public void set(MemberId member, List<String> peerUrls) {
    transport.setPeer(member.toNodeId(), MemberUrls.unresolvedAddress(URI.create(peerUrls.get(0))));
  }

  @Override
  public void remove(NodeId node) {
    transport.removePeer(node);
  }

  @Override
  public boolean isConnected(MemberId member) {
    return transport.isConnected(member.toNodeId());
  }
}
