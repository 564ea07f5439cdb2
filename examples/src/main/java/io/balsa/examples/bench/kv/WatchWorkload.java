package io.balsa.examples.bench.kv;

import com.google.protobuf.ByteString;
import io.balsa.examples.bench.report.Row;
import io.balsa.examples.process.ExampleException;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Watchers of one prefix, spread over all connections, one stream on each, and one writer that puts the next value when all
 * watchers have the last. An operation is one event that reached one watcher; its latency begins with the put.
 */
record WatchWorkload(int clients, int valueBytes) implements Workload {
  private static final MethodDescriptor<WatchRequest, Integer> WATCH =
      WatchGrpc.getWatchMethod().toBuilder(
              WatchGrpc.getWatchMethod().getRequestMarshaller(), EventCount.MARSHALLER)
          .build();
  private static final long CREATE_SECONDS_MAX = 60;
  private static final int PREFIX = 9;
  private static final int KEYS = 1_000;

  @Override
  public String name() {
    return "watch";
  }

  @Override
  public Row run(Subject subject, Connections connections, Span span) {
    Tally tally = new Tally(1);
    FanOut fanOut = new FanOut(tally, connections.of(0), clients, Keys.value(valueBytes));
    List<ClientCall<WatchRequest, Integer>> streams = new ArrayList<>();
    int streamCount = Math.min(connections.count(), clients);
    for (int stream = 0; stream < streamCount; stream++) {
      int watchers = clients / streamCount + (stream < clients % streamCount ? 1 : 0);
      streams.add(fanOut.watch(connections.of(stream), watchers));
    }
    try {
      fanOut.awaitCreated();
      fanOut.write();
      tally.pass(span.rampUp());
      Meter meter = new Meter(subject);
      tally.measure();
      tally.passAtLeastOne(span.measured());
      tally.stop();
      Meter.Reading reading = meter.read();
      tally.awaitIdle(CREATE_SECONDS_MAX, TimeUnit.SECONDS);
      fanOut.throwIfFailed();
      return reading.row(tally.latency().count(), tally.latency()).with("errors", tally.errors());
    } finally {
      streams.forEach(stream -> stream.cancel("the round is over", null));
    }
  }

  /** The writer and the watchers' streams; all but the beginning happens on the connections' thread. */
  private static final class FanOut {
    private final Tally tally;
    private final ManagedChannel writer;
    private final int watchers;
    private final ByteString value;
    private final Keys keys = new Keys(PREFIX, KEYS);
    private final CountDownLatch created;
    private volatile String failure = "";
    private long started;
    private int missing;

    FanOut(Tally tally, ManagedChannel writer, int watchers, ByteString value) {
      this.tally = tally;
      this.writer = writer;
      this.watchers = watchers;
      this.value = value;
      this.created = new CountDownLatch(watchers);
    }

    ClientCall<WatchRequest, Integer> watch(ManagedChannel channel, int count) {
      ClientCall<WatchRequest, Integer> call = channel.newCall(WATCH, CallOptions.DEFAULT);
      call.start(new Stream(call), new Metadata());
      call.request(2);
      WatchRequest create =
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(keys.at(0))
                      .setRangeEnd(keys.at(keys.space())))
              .build();
      for (int i = 0; i < count; i++) {
        call.sendMessage(create);
      }
      return call;
    }

    void awaitCreated() {
      try {
        if (!created.await(CREATE_SECONDS_MAX, TimeUnit.SECONDS)) {
          throw new ExampleException(created.getCount() + " watchers weren't created; " + failure);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ExampleException("interrupted", e);
      }
    }

    /** Puts, once; when the answer and every watcher's event are there, again. */
    void write() {
      if (tally.isStopped() || !failure.isEmpty()) {
        tally.clientEnded();
        return;
      }
      missing = watchers + 1;
      started = System.nanoTime();
      ClosedLoop.call(writer, Request.put(keys.any(), value), this::answered);
    }

    private void answered(Status status) {
      if (!status.isOk()) {
        fail(status.toString());
      }
      arrived(1);
    }

    private void arrived(int count) {
      missing -= count;
      if (missing <= 0) {
        write();
      }
    }

    private void fail(String why) {
      failure = failure.isEmpty() ? why : failure;
    }

    void throwIfFailed() {
      if (!failure.isEmpty()) {
        throw new ExampleException("the watch failed: " + failure);
      }
    }

    /** What one stream of watchers hears. */
    private final class Stream extends ClientCall.Listener<Integer> {
      private final ClientCall<WatchRequest, Integer> call;

      Stream(ClientCall<WatchRequest, Integer> call) {
        this.call = call;
      }

      @Override
      public void onMessage(Integer events) {
        call.request(1);
        if (events == EventCount.CREATED) {
          created.countDown();
        } else if (events == EventCount.CANCELED) {
          fail("a watcher was canceled");
        } else {
          long nanos = System.nanoTime() - started;
          for (int i = 0; i < events; i++) {
            tally.done(nanos);
          }
          arrived(events);
        }
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        if (!tally.isStopped()) {
          fail(status.toString());
        }
      }
    }
  }
}
