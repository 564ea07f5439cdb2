package io.balsa.examples.client;

import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The events of one watch, one after the other. Thread-safe. A reader that falls too far behind loses the watch, as does
 * one whose member went away: {@link #next} throws then.
 */
public final class WatchFeed implements AutoCloseable {
  private static final int EVENTS_MAX = 10_000;

  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(EVENTS_MAX);
  private final CompletableFuture<Void> created = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final StreamObserver<WatchRequest> requests;

  private WatchFeed(WatchGrpc.WatchStub stub, WatchCreateRequest create) {
    requests = stub.watch(new Responses());
    requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  static WatchFeed open(WatchGrpc.WatchStub stub, WatchCreateRequest create, Duration timeout) {
    WatchFeed feed = new WatchFeed(stub, create);
    try {
      feed.created.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return feed;
    } catch (ExecutionException | TimeoutException e) {
      feed.close();
      throw new IllegalStateException("the watch couldn't be created", e);
    } catch (InterruptedException e) {
      feed.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * The next event.
   *
   * @throws IllegalStateException if none comes within the timeout, saying whether the watch has ended
   */
  public Event next(Duration timeout) {
    try {
      Event event = events.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new IllegalStateException(
            "no event within " + timeout + (ended.isDone() ? ": the watch has ended" : ""));
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    if (!ended.isDone()) {
      requests.onCompleted();
    }
  }

  private final class Responses implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      if (response.getCanceled()) {
        end(new IllegalStateException("cancelled: " + response.getCancelReason()));
      } else if (response.getCreated()) {
        created.complete(null);
      }
      for (Event event : response.getEventsList()) {
        if (!events.offer(event)) {
          end(new IllegalStateException("more than " + EVENTS_MAX + " events wait"));
        }
      }
    }

    @Override
    public void onError(Throwable error) {
      end(error);
    }

    @Override
    public void onCompleted() {
      end(new IllegalStateException("the member ended the watch"));
    }

    private void end(Throwable reason) {
      created.completeExceptionally(reason);
      ended.completeExceptionally(reason);
    }
  }
}
