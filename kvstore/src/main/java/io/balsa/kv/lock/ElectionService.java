package io.balsa.kv.lock;

import io.balsa.kv.etcd.Reply;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.proto.election.CampaignRequest;
import io.balsa.kv.proto.election.CampaignResponse;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.election.LeaderKey;
import io.balsa.kv.proto.election.LeaderRequest;
import io.balsa.kv.proto.election.LeaderResponse;
import io.balsa.kv.proto.election.ProclaimRequest;
import io.balsa.kv.proto.election.ProclaimResponse;
import io.balsa.kv.proto.election.ResignRequest;
import io.balsa.kv.proto.election.ResignResponse;
import io.balsa.kv.watch.InsistsOnLeader;
import io.balsa.kv.watch.WatchHub;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/**
 * Elections among clients: a lock whose key holds a value, which everybody may read and watch. Handlers run on gRPC's event
 * loops and don't block.
 */
public final class ElectionService extends ElectionGrpc.ElectionImplBase {
  private final LocalKv kv;
  private final WatchHub hub;

  public ElectionService(LocalKv kv, WatchHub hub) {
    this.kv = kv;
    this.hub = hub;
  }

  /** What to register at the server: the service, with what it needs to know of a call's metadata. */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(this, new InsistsOnLeader());
  }

  /** Unlike etcd, who lost its key while it waited isn't told that it won. */
  @Override
  public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
    QueueCall.Wish wish =
        new QueueCall.Wish(
            request.getLease(), request.getValue(), true, KvError.ELECTION_NOT_LEADER);
    QueueCall<CampaignResponse> call =
        new QueueCall<>(
            new Queue(kv.ofCaller(), request.getName()),
            hub,
            wish,
            turn ->
                CampaignResponse.newBuilder()
                    .setHeader(turn.entered())
                    .setLeader(
                        LeaderKey.newBuilder()
                            .setName(request.getName())
                            .setKey(turn.place().key())
                            .setRev(turn.place().createRevision())
                            .setLease(turn.lease()))
                    .build());
    Reply.send(observer, call.begin());
  }

  @Override
  public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
    Reply.send(observer, proclaim(request));
  }

  private CompletableFuture<ProclaimResponse> proclaim(ProclaimRequest request) {
    if (!request.hasLeader()) {
      return CompletableFuture.failedFuture(KvError.ELECTION_NO_LEADER_KEY.exception());
    }
    LeaderKey leader = request.getLeader();
    return queueOf(leader)
        .rewrite(placeOf(leader), leader.getLease(), request.getValue())
        .thenApply(ElectionService::proclaimed);
  }

  private static ProclaimResponse proclaimed(TxnResponse done) {
    if (!done.getSucceeded()) {
      throw KvError.ELECTION_NOT_LEADER.exception();
    }
    return ProclaimResponse.newBuilder().setHeader(done.getHeader()).build();
  }

  @Override
  public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
    Queue queue = new Queue(kv.ofCaller(), request.getName());
    Reply.send(observer, kv.readLinearizable(queue::holder).thenApply(this::leaderIn));
  }

  private LeaderResponse leaderIn(Queue.Holder found) {
    return LeaderResponse.newBuilder()
        .setHeader(kv.headerAt(found.revision()))
        .setKv(found.holder().orElseThrow(KvError.ELECTION_NO_LEADER::exception))
        .build();
  }

  @Override
  public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
    new Observation(
            new Queue(kv.ofCaller(), request.getName()),
            hub,
            (ServerCallStreamObserver<LeaderResponse>) observer,
            InsistsOnLeader.byThisCall())
        .begin();
  }

  /** Who doesn't lead any more resigns without an error. */
  @Override
  public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
    Reply.send(observer, resign(request));
  }

  private CompletableFuture<ResignResponse> resign(ResignRequest request) {
    if (!request.hasLeader()) {
      return CompletableFuture.failedFuture(KvError.ELECTION_NO_LEADER_KEY.exception());
    }
    LeaderKey leader = request.getLeader();
    return queueOf(leader)
        .leave(placeOf(leader))
        .thenApply(done -> ResignResponse.newBuilder().setHeader(done.getHeader()).build());
  }

  private Queue queueOf(LeaderKey leader) {
    return new Queue(kv.ofCaller(), leader.getName());
  }

  private static Place placeOf(LeaderKey leader) {
    return new Place(leader.getKey(), leader.getRev());
  }
}
