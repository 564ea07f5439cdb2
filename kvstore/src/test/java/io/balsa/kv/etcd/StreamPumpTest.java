package io.balsa.kv.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.model.KvError;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StreamPumpTest {
  private final ReadPool reads = new ReadPool(2);
  private final Call call = new Call();

  @AfterEach
  void close() {
    reads.close();
  }

  @Test
  void everythingIsSentInOrderToAClientThatTakesEverything() throws Exception {
    Numbers numbers = new Numbers(1000);
    call.ready = true;
    StreamPump.send(call, reads, CompletableFuture.completedFuture(1), () -> numbers);
    for (int i = 0; i < 1000; i++) {
      assertThat(call.sent.take()).isEqualTo(i);
    }
    assertThat(call.end.get(30, TimeUnit.SECONDS)).isEqualTo(Status.OK);
    assertThat(numbers.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void nothingIsReadBeforeTheClientTakesIt() throws Exception {
    Numbers numbers = new Numbers(10);
    call.readyFor = 3;
    StreamPump.send(call, reads, CompletableFuture.completedFuture(1), () -> numbers);
    for (int i = 0; i < 3; i++) {
      assertThat(call.sent.take()).isEqualTo(i);
    }
    call.readyFor = 1;
    call.becomesReady();
    assertThat(call.sent.take()).isEqualTo(3);
    assertThat(numbers.read.get()).isEqualTo(4);
    call.ready = true;
    call.becomesReady();
    assertThat(call.end.get(30, TimeUnit.SECONDS)).isEqualTo(Status.OK);
    assertThat(call.sent).hasSize(6);
    assertThat(call.sentTooSoon).isZero();
  }

  @Test
  void aClientThatGoesAwayLetsTheSourceGo() throws Exception {
    Numbers numbers = new Numbers(10);
    call.readyFor = 1;
    StreamPump.send(call, reads, CompletableFuture.completedFuture(1), () -> numbers);
    assertThat(call.sent.take()).isEqualTo(0);
    call.cancel();
    assertThat(numbers.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    call.becomesReady();
    assertThat(call.sent).isEmpty();
    assertThat(call.end).isNotDone();
  }

  @Test
  void whatTheSourceFailsWithIsTheAnswer() throws Exception {
    Numbers numbers = new Numbers(5);
    numbers.failsAt = 3;
    call.ready = true;
    StreamPump.send(call, reads, CompletableFuture.completedFuture(1), () -> numbers);
    assertThat(call.end.get(30, TimeUnit.SECONDS).getDescription())
        .isEqualTo(KvError.COMPACTED.text());
    assertThat(call.sent).hasSize(3);
    assertThat(numbers.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void aSourceThatCantBeOpenedAndAWaitThatFailsAreAnswers() throws Exception {
    call.ready = true;
    StreamPump.send(
        call,
        reads,
        CompletableFuture.completedFuture(1),
        () -> {
          throw KvError.TOO_MANY_REQUESTS.exception();
        });
    assertThat(call.end.get(30, TimeUnit.SECONDS).getDescription())
        .isEqualTo(KvError.TOO_MANY_REQUESTS.text());
    Call other = new Call();
    StreamPump.send(
        other,
        reads,
        CompletableFuture.failedFuture(KvError.TIMEOUT.exception()),
        () -> new Numbers(1));
    assertThat(other.end.get(30, TimeUnit.SECONDS).getDescription())
        .isEqualTo(KvError.TIMEOUT.text());
  }

  @Test
  void afterTheReadThreadsHaveStoppedTheCallEnds() throws Exception {
    Numbers numbers = new Numbers(10);
    call.readyFor = 1;
    StreamPump.send(call, reads, CompletableFuture.completedFuture(1), () -> numbers);
    assertThat(call.sent.take()).isEqualTo(0);
    call.notReady.take();
    reads.close();
    call.ready = true;
    // The first turn may not have ended yet: then it is the one that meets the closed pool.
    call.becomesReady();
    assertThat(call.end.get(30, TimeUnit.SECONDS).getDescription())
        .isEqualTo(KvError.SERVER_STOPPED.text());
    assertThat(numbers.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1);
  }

  /** Counts up. */
  private static final class Numbers implements StreamPump.Source<Integer> {
    private final int count;
    private final AtomicInteger read = new AtomicInteger();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final AtomicInteger closings = new AtomicInteger();
    private int failsAt = -1;

    Numbers(int count) {
      this.count = count;
    }

    @Override
    public @Nullable Integer next() {
      int number = read.getAndIncrement();
      if (number == failsAt) {
        throw KvError.COMPACTED.exception();
      }
      return number < count ? number : null;
    }

    @Override
    public void close() {
      closed.complete(closings.incrementAndGet());
    }
  }

  /** gRPC's side of a call, whose client takes as much as the test says. */
  private static final class Call extends ServerCallStreamObserver<Integer> {
    private final BlockingQueue<Integer> sent = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    /** One entry whenever the pump finds the client busy. */
    private final BlockingQueue<Boolean> notReady = new LinkedBlockingQueue<>();

    private volatile int sentTooSoon;
    private volatile boolean ready;
    private volatile int readyFor;
    private volatile boolean cancelled;
    private Runnable onReady = () -> {};
    private Runnable onCancel = () -> {};

    void becomesReady() {
      onReady.run();
    }

    void cancel() {
      cancelled = true;
      onCancel.run();
    }

    @Override
    public boolean isReady() {
      boolean now = ready || readyFor > 0;
      if (!now) {
        notReady.add(true);
      }
      return now;
    }

    @Override
    public void onNext(Integer value) {
      if (!ready && readyFor <= 0) {
        sentTooSoon++;
      }
      readyFor--;
      sent.add(value);
    }

    @Override
    public void onError(Throwable failure) {
      end.complete(((StatusRuntimeException) failure).getStatus());
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
      onCancel = handler;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
      onReady = handler;
    }

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
