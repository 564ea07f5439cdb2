package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseStatus;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.MemberAddRequest;
import io.balsa.kv.proto.MemberAddResponse;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MemberListResponse;
import io.balsa.kv.proto.MemberPromoteRequest;
import io.balsa.kv.proto.MemberPromoteResponse;
import io.balsa.kv.proto.MemberRemoveRequest;
import io.balsa.kv.proto.MemberRemoveResponse;
import io.balsa.kv.proto.MemberUpdateRequest;
import io.balsa.kv.proto.MemberUpdateResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.lock.LockGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** One connection to one member, and short words for what tests say through it. */
final class MemberClient implements AutoCloseable {
  static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final int PATIENCE_SECONDS = 30;

  private final ManagedChannel channel;

  MemberClient(TestCluster cluster, int member) {
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(member))
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            // Little is on its way to a client that doesn't ask for it.
            .flowControlWindow(64 * 1024)
            .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  LockGrpc.LockBlockingStub lock() {
    return LockGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** For calls that wait: the test says for how long. */
  LockGrpc.LockFutureStub lockLater() {
    return LockGrpc.newFutureStub(channel);
  }

  ElectionGrpc.ElectionBlockingStub election() {
    return ElectionGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  ElectionGrpc.ElectionFutureStub electionLater() {
    return ElectionGrpc.newFutureStub(channel);
  }

  long grant(long ttlSeconds) {
    return lease().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build()).getID();
  }

  void revoke(long lease) {
    var unused = lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
  }

  List<Long> leases() {
    return lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
        .map(LeaseStatus::getID)
        .toList();
  }

  /** The keys below a name, in the order in which they were created. */
  List<KeyValue> queue(String name) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .range(
            RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(name + "/"))
                .setRangeEnd(ByteString.copyFromUtf8(name + "0"))
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(RangeRequest.SortOrder.ASCEND)
                .build())
        .getKvsList();
  }

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  ClusterGrpc.ClusterBlockingStub cluster() {
    return ClusterGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  MemberListResponse memberList(boolean linearizable) {
    return cluster()
        .memberList(MemberListRequest.newBuilder().setLinearizable(linearizable).build());
  }

  /** No URL at all if it is empty. */
  MemberAddResponse memberAdd(String peerUrl, boolean learner) {
    MemberAddRequest.Builder request = MemberAddRequest.newBuilder().setIsLearner(learner);
    if (!peerUrl.isEmpty()) {
      request.addPeerURLs(peerUrl);
    }
    return cluster().memberAdd(request.build());
  }

  MemberRemoveResponse memberRemove(long id) {
    return cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
  }

  MemberUpdateResponse memberUpdate(long id, String peerUrl) {
    return cluster()
        .memberUpdate(MemberUpdateRequest.newBuilder().setID(id).addPeerURLs(peerUrl).build());
  }

  MemberPromoteResponse memberPromote(long id) {
    return cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
  }

  long put(String key, String value) {
    return kv().put(putRequest(key, value)).getHeader().getRevision();
  }

  /** The value; "absent" if there is none. */
  String get(String key) {
    var answer = kv().range(rangeRequest(key));
    return answer.getCount() == 0 ? "absent" : answer.getKvs(0).getValue().toStringUtf8();
  }

  /** How often the key was written since it is there. */
  long version(String key) {
    return kv().range(rangeRequest(key)).getKvs(0).getVersion();
  }

  static PutRequest putRequest(String key, String value) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  static RangeRequest rangeRequest(String key) {
    return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  /** The call is refused with exactly this code and text. */
  static void refused(KvError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(error.text());
              assertThat(e.getStatus().getCode().value()).isEqualTo(error.code().number());
            });
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
