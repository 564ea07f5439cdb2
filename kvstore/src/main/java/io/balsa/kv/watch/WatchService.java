package io.balsa.kv.watch;

import io.balsa.kv.etcd.GrpcErrors;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The Watch service of the etcd v3 API.
 *
 * <p>gRPC's response observers aren't thread-safe: here the hub's thread is the only one that
 * writes to a response observer or asks it for requests. The call's own thread forwards requests
 * and readiness to the hub and does nothing else. Requests are pulled one at a time, so that a
 * client can't make us queue more than it reads.
 */
public final class WatchService extends WatchGrpc.WatchImplBase {
  private final WatchHub hub;
  private final BooleanSupplier hasLeader;
  private final WatchAccess access;

  public WatchService(WatchHub hub, BooleanSupplier hasLeader, WatchAccess access) {
    this.hub = hub;
    this.hasLeader = hasLeader;
    this.access = access;
  }

  /**
   * What to register at the server: the service, with what it needs to know of a call's metadata.
   */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(this, new InsistsOnLeader());
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
    ServerCallStreamObserver<WatchResponse> call =
        (ServerCallStreamObserver<WatchResponse>) responses;
    call.disableAutoRequest();
    boolean leaderRequired = InsistsOnLeader.byThisCall();
    if (leaderRequired && !hasLeader.getAsBoolean()) {
      call.onError(GrpcErrors.of(KvError.NO_LEADER));
      return new Deaf();
    }
    WatchStream stream = hub.newStream(new CallSink(call), leaderRequired);
    call.setOnReadyHandler(stream::onReady);
    call.setOnCancelHandler(stream::onClientGone);
    stream.open(); // Last: from here on the hub writes, and without a cancel handler a write may
    // throw.
    return new Requests(stream, access);
  }

  /** What the client says. Runs on the call's thread; until a request is handled, there is no other. */
  private record Requests(WatchStream stream, WatchAccess access)
      implements StreamObserver<WatchRequest> {
    @Override
    public void onNext(WatchRequest request) {
      // A watch from a negative revision is refused for that, before anybody asks for permission.
      if (!request.hasCreateRequest() || request.getCreateRequest().getStartRevision() < 0) {
        stream.onRequest(request);
        return;
      }
      var unused =
          access
              .refusal(request.getCreateRequest())
              .exceptionally(failure -> Optional.of(KvError.SERVER_STOPPED))
              .thenAccept(
                  refusal ->
                      refusal.ifPresentOrElse(
                          error -> stream.onRefusedRequest(WatchAccess.reason(error)),
                          () -> stream.onRequest(request)));
    }

    @Override
    public void onError(Throwable gone) {
      stream.onClientGone();
    }

    @Override
    public void onCompleted() {
      stream.onClientDone();
    }
  }

  /** For a call that was refused before it began. */
  private static final class Deaf implements StreamObserver<WatchRequest> {
    @Override
    public void onNext(WatchRequest request) {}

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }

  /** What the client hears. Runs on the hub's thread. */
  private record CallSink(ServerCallStreamObserver<WatchResponse> call) implements WatchSink {
    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public void send(WatchResponse response) {
      call.onNext(response);
    }

    @Override
    public void pullRequest() {
      call.request(1);
    }

    @Override
    public void complete() {
      call.onCompleted();
    }

    @Override
    public void fail(KvError error) {
      call.onError(GrpcErrors.of(error));
    }
  }
}
