package io.balsa.examples.bench.kv;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client that has always one call under way: it makes the next one when it has the answer. Runs on its connection's thread.
 */
final class ClosedLoop {
  /** Whoever fails this often has nobody to talk to. */
  private static final long ERRORS_MAX = 500;

  private final ManagedChannel channel;
  private final RequestSource source;
  private final Tally tally;

  private ClosedLoop(ManagedChannel channel, RequestSource source, Tally tally) {
    this.channel = channel;
    this.source = source;
    this.tally = tally;
  }

  static void start(ManagedChannel channel, RequestSource source, Tally tally) {
    new ClosedLoop(channel, source, tally).next();
  }

  private void next() {
    boolean over = tally.isStopped() || tally.errors() > ERRORS_MAX;
    @Nullable Request<?> request = over ? null : source.next();
    if (request == null) {
      tally.clientEnded();
    } else {
      long start = System.nanoTime();
      call(channel, request, status -> ended(status, start));
    }
  }

  private void ended(Status status, long start) {
    if (status.isOk()) {
      tally.done(System.nanoTime() - start);
    } else {
      tally.failed(status.toString());
    }
    next();
  }

  /** Makes one call, and tells how it ended, on its connection's thread. */
  static <Q> void call(ManagedChannel channel, Request<Q> request, Consumer<Status> onEnd) {
    ClientCall<Q, Integer> call = channel.newCall(request.method(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            onEnd.accept(status);
          }
        },
        new Metadata());
    call.request(2); // As stubs do: one answer, and the sight of a second one.
    call.sendMessage(request.message());
    call.halfClose();
  }
}
