package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmResponse;
import io.balsa.kv.proto.DowngradeInfo;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.HashKVResponse;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.MoveLeaderRequest;
import io.balsa.kv.proto.MoveLeaderResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.HashKv;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.NodeStatus;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** What an operator asks of one member. Handlers run on gRPC's event loops and don't block. */
public final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private final RequestRouter router;
  private final KvStateMachine state;
  private final ReadPool reads;
  private final long quotaBytes;

  public MaintenanceService(
      RequestRouter router, KvStateMachine state, ReadPool reads, long quotaBytes) {
    this.router = router;
    this.state = state;
    this.reads = reads;
    this.quotaBytes = quotaBytes;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
    CompletableFuture<StatusResponse> answer = new CompletableFuture<>();
    Reply.send(observer, answer);
    ReadPool.run(answer, this::status);
  }

  private StatusResponse status() {
    NodeStatus node = router.replica().status();
    StatusResponse.Builder status =
        StatusResponse.newBuilder()
            .setHeader(header())
            .setVersion(ServerVersion.ETCD)
            .setStorageVersion(ServerVersion.STORAGE)
            .setDbSize(state.dbSize())
            .setDbSizeInUse(state.dbSizeInUse())
            .setDbSizeQuota(quotaBytes)
            .setRaftTerm(node.term())
            .setRaftIndex(node.commitIndex())
            .setRaftAppliedIndex(node.appliedIndex())
            .setIsLearner(node.membership().learners().contains(node.self()))
            .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    node.leader()
        .ifPresentOrElse(
            leader -> status.setLeader(MemberId.of(leader).value()),
            () -> status.addErrors(KvError.NO_LEADER.text()));
    return status.build();
  }

  /** There are no alarms yet: asking which ones are active is answered, changing them isn't. */
  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
    if (request.getAction() != AlarmRequest.AlarmAction.GET) {
      super.alarm(request, observer);
      return;
    }
    Reply.send(
        observer,
        router
            .readBarrier()
            .thenApply(passed -> AlarmResponse.newBuilder().setHeader(header()).build()));
  }

  @Override
  public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> observer) {
    CompletableFuture<HashKVResponse> answer = new CompletableFuture<>();
    Reply.send(observer, answer);
    reads.read(answer, () -> hashKv(request.getRevision()));
  }

  private HashKVResponse hashKv(long revision) {
    HashKv hash = state.hashKv(revision);
    return HashKVResponse.newBuilder()
        .setHeader(header())
        .setHash(hash.hash())
        .setHashRevision(hash.hashRevision())
        .setCompactRevision(hash.compactedRevision())
        .build();
  }

  @Override
  public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
    MemberId target = new MemberId(request.getTargetID());
    Reply.send(observer, LeadershipMove.to(target, router.replica()));
  }

  private ResponseHeader.Builder header() {
    return router.header(state.events().currentRevision());
  }
}
