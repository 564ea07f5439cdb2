package io.balsa.kv.etcd;

import io.balsa.kv.backup.SnapshotFile;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmResponse;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.DefragmentRequest;
import io.balsa.kv.proto.DefragmentResponse;
import io.balsa.kv.proto.DowngradeRequest;
import io.balsa.kv.proto.DowngradeResponse;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.HashKVResponse;
import io.balsa.kv.proto.HashRequest;
import io.balsa.kv.proto.HashResponse;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.MoveLeaderRequest;
import io.balsa.kv.proto.MoveLeaderResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.SnapshotRequest;
import io.balsa.kv.proto.SnapshotResponse;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.balsa.kv.quota.SpaceKeeper;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.Alarm;
import io.balsa.kv.state.HashKv;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.NodeStatus;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/** What an operator asks of one member. Handlers run on gRPC's event loops and don't block. */
public final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private static final int SNAPSHOTS_AT_ONCE = 2;

  private final RequestRouter router;
  private final KvStateMachine state;
  private final ReadPool reads;
  private final SpaceKeeper space;
  private final BooleanSupplier isLearner;
  private final Downgrades downgrades;
  private final Semaphore snapshots = new Semaphore(SNAPSHOTS_AT_ONCE);

  public MaintenanceService(
      RequestRouter router,
      KvStateMachine state,
      ReadPool reads,
      SpaceKeeper space,
      BooleanSupplier isLearner) {
    this.router = router;
    this.state = state;
    this.reads = reads;
    this.space = space;
    this.isLearner = isLearner;
    this.downgrades = new Downgrades(router, state);
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
            .setDbSizeQuota(space.quotaBytes())
            .setRaftTerm(node.term())
            .setRaftIndex(node.commitIndex())
            .setRaftAppliedIndex(node.appliedIndex())
            .setIsLearner(isLearner.getAsBoolean())
            .setDowngradeInfo(state.downgrade());
    node.leader()
        .ifPresentOrElse(
            leader -> status.setLeader(MemberId.of(leader).value()),
            () -> status.addErrors(KvError.NO_LEADER.text()));
    state.alarms().active().forEach(alarm -> status.addErrors(alarm.toString()));
    return status.build();
  }

  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
    Reply.send(
        observer,
        switch (request.getAction()) {
          case GET -> router.readBarrier().thenApply(passed -> activeAlarms(request.getAlarm()));
          case ACTIVATE, DEACTIVATE -> changeAlarm(request);
          case UNRECOGNIZED -> CompletableFuture.failedFuture(KvError.UNKNOWN_METHOD.exception());
        });
  }

  /** All of them, or those of one type; the member that was asked for makes no difference. */
  private AlarmResponse activeAlarms(AlarmType type) {
    AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(header());
    for (Alarm alarm : state.alarms().active()) {
      if (type == AlarmType.NONE || type == alarm.type()) {
        response.addAlarms(alarm.toMember());
      }
    }
    return response.build();
  }

  private CompletableFuture<AlarmResponse> changeAlarm(AlarmRequest request) {
    return router
        .propose(KvCommand.newBuilder().setAlarm(request))
        .thenApply(result -> Results.of(result, AlarmResponse.class))
        .thenApply(
            done ->
                done.toBuilder().setHeader(router.header(done.getHeader().getRevision())).build());
  }

  /** Answered when the space is given back; reads and writes go on meanwhile. */
  @Override
  public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> observer) {
    Reply.send(
        observer,
        space
            .reclaim()
            .thenApply(done -> DefragmentResponse.newBuilder().setHeader(header()).build()));
  }

  @Override
  public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> observer) {
    Reply.send(
        observer,
        downgrades
            .handle(request)
            .thenApply(
                done ->
                    DowngradeResponse.newBuilder()
                        .setHeader(header())
                        .setVersion(ServerVersion.CLUSTER)
                        .build()));
  }

  @Override
  public void hash(HashRequest request, StreamObserver<HashResponse> observer) {
    CompletableFuture<HashResponse> answer = new CompletableFuture<>();
    Reply.send(observer, answer);
    reads.read(
        answer,
        () -> HashResponse.newBuilder().setHeader(header()).setHash(state.hashOfRows()).build());
  }

  /** Local, and as new as what this member has applied. Each open snapshot keeps files on the disk: few at a time. */
  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
    StreamPump.send(observer, reads, CompletableFuture.completedFuture(true), this::openSnapshot);
  }

  private SnapshotSource openSnapshot() {
    if (!snapshots.tryAcquire()) {
      throw KvError.TOO_MANY_REQUESTS.exception();
    }
    try {
      ResponseHeader self = header().build();
      SnapshotFile.Origin origin =
          new SnapshotFile.Origin(self.getClusterId(), self.getMemberId(), ServerVersion.BALSA);
      return new SnapshotSource(new SnapshotFile(origin, state.backup()), snapshots::release);
    } catch (RuntimeException e) {
      snapshots.release();
      throw e;
    }
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
