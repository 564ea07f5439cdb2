package io.balsa.kv.server;

import io.grpc.stub.StreamObserver;
import java.util.Queue;

/** Keeps what comes; the end of the stream is of no interest. Used by the channel's thread; the queue must be thread-safe. */
record QueueingObserver<T>(Queue<T> queue) implements StreamObserver<T> {
  @Override
  public void onNext(T value) {
    queue.add(value);
  }

  @Override
  public void onError(Throwable failure) {}

  @Override
  public void onCompleted() {}
}
