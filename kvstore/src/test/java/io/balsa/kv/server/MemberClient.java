package io.balsa.kv.server;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseStatus;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.lock.LockGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client of one member, with what tests ask for most. Thread-safe. */
final class MemberClient implements AutoCloseable {
  private static final long SECONDS = 30;

  private final ManagedChannel channel;

  MemberClient(TestCluster cluster, int member) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(member))
            .usePlaintext()
            .build();
  }

  ManagedChannel channel() {
    return channel;
  }

  LockGrpc.LockBlockingStub lock() {
    return LockGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /** For calls that wait: the test says for how long. */
  LockGrpc.LockFutureStub lockLater() {
    return LockGrpc.newFutureStub(channel);
  }

  ElectionGrpc.ElectionBlockingStub election() {
    return ElectionGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  ElectionGrpc.ElectionFutureStub electionLater() {
    return ElectionGrpc.newFutureStub(channel);
  }

  MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
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
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .range(
            RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(name + "/"))
                .setRangeEnd(ByteString.copyFromUtf8(name + "0"))
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(RangeRequest.SortOrder.ASCEND)
                .build())
        .getKvsList();
  }

  private LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
