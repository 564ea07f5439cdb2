package io.balsa.kv.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a streaming call from a source that is read on the read threads, no faster than the client takes it: one message
 * is in memory at a time, beside what the transport holds. No thread waits for a slow client.
 */
final class StreamPump<T> {
  /*
   * Turns run on the read threads, one at a time. Whoever has news (the client takes more, the client is gone) adds a signal;
   * the one that found none schedules a turn. A turn takes the signals away that it saw at its beginning; if others came
   * meanwhile, it is followed by another. So no news is lost, and no two turns overlap. The first signal is there from the
   * start: it stands for what the call has to wait for. Once the call has ended, signals are left to pile up.
   */

  private static final Logger LOG = LoggerFactory.getLogger(StreamPump.class);

  /** After so many messages others get their turn. */
  private static final int MESSAGES_PER_TURN = 16;

  private final ServerCallStreamObserver<T> call;
  private final ReadPool reads;
  private final Supplier<? extends Source<T>> opening;
  private final AtomicInteger signals = new AtomicInteger(1);

  // Used by the turn that runs.
  private @Nullable Source<T> source;
  private boolean ended;

  /** Where messages come from. One thread at a time. */
  interface Source<T> extends AutoCloseable {

    /** The next message; null after the last. May block on a disk. */
    @Nullable T next() throws IOException;

    @Override
    void close();
  }

  private StreamPump(
      ServerCallStreamObserver<T> call, ReadPool reads, Supplier<? extends Source<T>> opening) {
    this.call = call;
    this.reads = reads;
    this.opening = opening;
  }

  /**
   * Sends everything. Call it before the handler returns.
   *
   * @param before what to wait for before the source is opened; its failure is the answer
   * @param opening makes the source, on a read thread; it is closed when the call ends, however it ends
   */
  static <T> void send(
      StreamObserver<T> observer,
      ReadPool reads,
      CompletableFuture<?> before,
      Supplier<? extends Source<T>> opening) {
    StreamPump<T> pump = new StreamPump<>((ServerCallStreamObserver<T>) observer, reads, opening);
    pump.call.setOnReadyHandler(pump::signal);
    pump.call.setOnCancelHandler(pump::signal);
    var unused =
        before.whenComplete(
            (passed, failure) -> {
              if (failure != null) {
                pump.fail(failure);
              } else {
                pump.schedule();
              }
            });
  }

  private void signal() {
    if (signals.getAndIncrement() == 0) {
      schedule();
    }
  }

  private void schedule() {
    CompletableFuture<Boolean> turn = new CompletableFuture<>();
    reads.read(turn, this::turn);
    var unused =
        turn.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                fail(failure);
              }
            });
  }

  /** Returns whether the call has ended. */
  private boolean turn() {
    int seen = signals.get();
    boolean mayGoOn;
    try {
      mayGoOn = sendWhileReady();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
      return true;
    }
    if (!ended && (mayGoOn || signals.addAndGet(-seen) != 0)) {
      schedule();
    }
    return ended;
  }

  /** Returns whether it stopped for the sake of others only. */
  private boolean sendWhileReady() throws IOException {
    if (ended || call.isCancelled()) {
      end();
      return false;
    }
    if (source == null) {
      source = opening.get();
    }
    for (int i = 0; i < MESSAGES_PER_TURN; i++) {
      if (!call.isReady()) {
        return false;
      }
      T message = source.next();
      if (message == null) {
        end();
        call.onCompleted();
        return false;
      }
      call.onNext(message);
    }
    return true;
  }

  private void fail(Throwable failure) {
    if (!ended) {
      end();
      call.onError(GrpcErrors.of(failure));
    }
  }

  private void end() {
    ended = true;
    Source<T> last = source;
    source = null;
    if (last == null) {
      return;
    }
    try {
      last.close();
    } catch (RuntimeException e) {
      LOG.warn("the source of a stream couldn't be closed", e);
    }
  }
}
