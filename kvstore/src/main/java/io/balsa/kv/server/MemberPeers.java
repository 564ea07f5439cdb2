package io.balsa.kv.server;

import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.members.Peers;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.NettyTransport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The transport to the other members. A member is reached at the first of its peer URLs. Thread-safe; nothing blocks. */
final class MemberPeers implements Peers {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final NettyTransport transport;
  private final long clusterId;

  MemberPeers(NettyTransport transport, long clusterId) {
    this.transport = transport;
    this.clusterId = clusterId;
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
  public CompletableFuture<List<Member>> ask(List<String> peerUrls) {
    return MembersInquiry.ask(URI.create(peerUrls.get(0)), false, PATIENCE)
        .thenApply(this::members);
  }

  private List<Member> members(MembersAnswer answer) {
    if (answer.getClusterId() != clusterId) {
      throw new IllegalArgumentException(
          "it belongs to the cluster " + Long.toHexString(answer.getClusterId()));
    }
    return answer.getMembersList();
  }

  @Override
  public boolean isConnected(MemberId member) {
    return transport.isConnected(member.toNodeId());
  }
}
