package io.balsa.kv.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.members.MembersQuestion;
import io.balsa.kv.members.Peers;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.NettyTransport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The transport to the other members. A member is reached at the first of its peer URLs. Thread-safe; nothing blocks. */
final class MemberPeers implements Peers {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Bytes QUESTION =
      Bytes.wrap(MembersQuestion.getDefaultInstance().toByteArray());

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
    return NettyTransport.ask(
            MemberUrls.unresolvedAddress(URI.create(peerUrls.get(0))), QUESTION, PATIENCE)
        .thenApply(this::members);
  }

  private List<Member> members(Bytes bytes) {
    MembersAnswer answer;
    try {
      answer = MembersAnswer.parseFrom(bytes.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("the answer of a peer makes no sense", e);
    }
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
