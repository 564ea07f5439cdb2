package io.balsa.kv.access;

import io.grpc.ServerCall;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that begins when a future is complete. What gRPC has to say meanwhile, little more than that the client is gone, is
 * kept for then. Events come on the call's thread, the start on the future's: both under this object's lock.
 */
final class LateStart<Q> extends ServerCall.Listener<Q> {
  // Guarded by this.
  private final Queue<Consumer<ServerCall.Listener<Q>>> waiting = new ArrayDeque<>();
  private ServerCall.@Nullable Listener<Q> begun;

  /**
   * To be returned to gRPC.
   *
   * @param start begins or refuses the call; called once, when the future is complete, unless it fails: then the call fails too
   */
  LateStart<Q> after(
      CompletableFuture<?> ready, Supplier<ServerCall.Listener<Q>> start, ServerCall<Q, ?> call) {
    var unused =
        ready.whenComplete(
            (passed, failure) ->
                begin(() -> failure == null ? start.get() : AuthGate.refuse(call, failure)));
    return this;
  }

  private synchronized void begin(Supplier<ServerCall.Listener<Q>> start) {
    ServerCall.Listener<Q> listener = start.get();
    begun = listener;
    while (!waiting.isEmpty()) {
      waiting.remove().accept(listener);
    }
  }

  private synchronized void tell(Consumer<ServerCall.Listener<Q>> event) {
    if (begun == null) {
      waiting.add(event);
    } else {
      event.accept(begun);
    }
  }

  @Override
  public void onMessage(Q message) {
    tell(listener -> listener.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    tell(ServerCall.Listener::onHalfClose);
  }

  @Override
  public void onCancel() {
    tell(ServerCall.Listener::onCancel);
  }

  @Override
  public void onComplete() {
    tell(ServerCall.Listener::onComplete);
  }

  @Override
  public void onReady() {
    tell(ServerCall.Listener::onReady);
  }
}
