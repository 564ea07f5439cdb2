package io.balsa.kv.request;

import io.balsa.kv.model.KvError;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/**
 * The first answer of a call, or its failure, as a future. Used by the channel's thread; the future
 * by any.
 */
public final class OneAnswer<T> implements StreamObserver<T> {
  private final CompletableFuture<T> future = new CompletableFuture<>();

  public CompletableFuture<T> future() {
    return future;
  }

  @Override
  public void onNext(T value) {
    future.complete(value);
  }

  @Override
  public void onError(Throwable failure) {
    future.completeExceptionally(failure);
  }

  /** The other side may end a stream in good order without an answer, when it stops. */
  @Override
  public void onCompleted() {
    future.completeExceptionally(KvError.LEADER_CHANGED.exception());
  }
}
