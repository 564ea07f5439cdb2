package io.balsa.kv.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Answers unary calls from futures. Stateless; any thread. */
public final class Reply {

  private Reply() {}

  /**
   * Sends the future's value, or the status of its failure. Call it before the handler returns. When the client goes away
   * first, the future is cancelled and nothing is sent.
   */
  public static <T> void send(StreamObserver<T> observer, CompletableFuture<T> answer) {
    if (observer instanceof ServerCallStreamObserver<T> call) {
      call.setOnCancelHandler(() -> answer.cancel(false));
    }
    var unused =
        answer.whenComplete(
            (value, failure) -> {
              if (answer.isCancelled()) {
                return;
              }
              if (failure != null) {
                observer.onError(GrpcErrors.of(failure));
              } else {
                observer.onNext(value);
                observer.onCompleted();
              }
            });
  }
}
