package io.balsa.examples.bench.kv;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
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
      call(request);
    }
  }

  private <Q> void call(Request<Q> request) {
    ClientCall<Q, Integer> call = channel.newCall(request.method(), CallOptions.DEFAULT);
    call.start(new Answer(System.nanoTime()), new Metadata());
    call.request(2); // As stubs do: one answer, and the sight of a second one.
    call.sendMessage(request.message());
    call.halfClose();
  }

  /** Waits for the end of one call. */
  private final class Answer extends ClientCall.Listener<Integer> {
    private final long start;

    Answer(long start) {
      this.start = start;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        tally.done(System.nanoTime() - start);
      } else {
        tally.failed(status.toString());
      }
      next();
    }
  }
}
