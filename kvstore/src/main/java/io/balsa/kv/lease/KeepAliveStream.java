package io.balsa.kv.lease;

import io.balsa.kv.etcd.GrpcErrors;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One client's stream of renewals: one response per request, in order. Up to {@link #WINDOW}
 * requests are under way at a time; more are left in the transport.
 *
 * <p>Requests come on the call's thread, answers on Raft's or a channel's. gRPC's response observer
 * isn't thread-safe: it is only touched under this object's lock.
 */
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {
  static final int WINDOW = 128;

  private final ServerCallStreamObserver<LeaseKeepAliveResponse> call;
  private final Function<LeaseKeepAliveRequest, CompletableFuture<LeaseKeepAliveResponse>> renew;
  private final Consumer<KeepAliveStream> onEnd;

  // Guarded by this.
  private final Deque<CompletableFuture<LeaseKeepAliveResponse>> underWay = new ArrayDeque<>();
  private boolean clientDone;
  private boolean ended;

  /**
   * To be made before the service's method returns.
   *
   * @param onEnd told once, when nothing more will be sent
   */
  KeepAliveStream(
      ServerCallStreamObserver<LeaseKeepAliveResponse> call,
      Function<LeaseKeepAliveRequest, CompletableFuture<LeaseKeepAliveResponse>> renew,
      Consumer<KeepAliveStream> onEnd) {
    this.call = call;
    this.renew = renew;
    this.onEnd = onEnd;
    call.disableAutoRequest();
    call.setOnCancelHandler(this::clientGone);
    call.request(WINDOW);
  }

  @Override
  public void onNext(LeaseKeepAliveRequest request) {
    CompletableFuture<LeaseKeepAliveResponse> answer = renew.apply(request);
    synchronized (this) {
      underWay.add(answer);
    }
    var unused = answer.whenComplete((response, failure) -> sendAnswered());
  }

  @Override
  public void onError(Throwable gone) {
    clientGone();
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      clientDone = true;
    }
    sendAnswered();
  }

  private synchronized void clientGone() {
    end();
  }

  /** Says that the server stops; renewals under way aren't answered any more. Idempotent. */
  synchronized void stop() {
    if (!ended) {
      end();
      call.onError(GrpcErrors.of(KvError.SERVER_STOPPED));
    }
  }

  private synchronized void end() {
    ended = true;
    underWay.clear();
    onEnd.accept(this);
  }

  private synchronized void sendAnswered() {
    while (!ended && !underWay.isEmpty() && underWay.element().isDone()) {
      var unused = underWay.remove().whenComplete(this::send);
    }
    if (!ended && clientDone && underWay.isEmpty()) {
      end();
      call.onCompleted();
    }
  }

  private void send(LeaseKeepAliveResponse response, Throwable failure) {
    if (failure == null) {
      call.onNext(response);
      call.request(1);
    } else {
      end();
      call.onError(GrpcErrors.of(failure));
    }
  }
}
