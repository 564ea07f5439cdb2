package io.balsa.kv.etcd;

import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MemberListResponse;
import io.balsa.kv.request.MemberDirectory;
import io.balsa.kv.request.RequestRouter;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Who the members are. Handlers run on gRPC's event loops and don't block. */
public final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final RequestRouter router;
  private final MemberDirectory directory;

  public ClusterService(RequestRouter router, MemberDirectory directory) {
    this.router = router;
    this.directory = directory;
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
    CompletableFuture<Void> mayRead =
        request.getLinearizable() ? router.readBarrier() : CompletableFuture.completedFuture(null);
    Reply.send(observer, mayRead.thenApply(passed -> members()));
  }

  /** Answers about members carry no revision: they aren't part of the store. */
  private MemberListResponse members() {
    return MemberListResponse.newBuilder()
        .setHeader(router.header(0))
        .addAllMembers(directory.members())
        .build();
  }
}
