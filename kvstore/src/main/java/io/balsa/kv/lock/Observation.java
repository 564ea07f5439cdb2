package io.balsa.kv.lock;

import com.google.protobuf.ByteString;
import io.balsa.kv.etcd.GrpcErrors;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchCreateRequest.FilterType;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.proto.election.LeaderResponse;
import io.balsa.kv.watch.WatchHub;
import io.balsa.kv.watch.WatchSink;
import io.balsa.kv.watch.WatchStream;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client's view of who leads: each leader, and each value that it proclaims, in order. A leader that came and went while
 * another was looked for may be missed; the newest never is.
 *
 * <p>Threads: looking and watching take turns, so that one thread at a time writes to the call, which isn't thread-safe: a
 * read thread, then the hub's, then a read thread again.
 */
final class Observation {

  /*
   *            nobody there                first put
   *    LOOK ─────────────────► AWAIT ─────────────────┐
   *     ▲ │                                           ▼
   *     │ └─────────── somebody there: tell ──────► FOLLOW ──┐ put: tell
   *     │                                             │ ▲────┘
   *     └───────────── the key was deleted ───────────┘
   *
   * AWAIT and FOLLOW are one watch each, in a stream of its own. A watch whose beginning was compacted leads back to
   * LOOK. What is told from LOOK isn't held back for a slow client, but each LOOK comes after an event that the client
   * was ready for: that bounds it.
   */
  private final Queue queue;
  private final WatchHub hub;
  private final ServerCallStreamObserver<LeaderResponse> call;
  private final boolean leaderRequired;

  private volatile @Nullable WatchStream stream;
  private volatile boolean clientGone;

  /**
   * @param leaderRequired whether the call must end when this member has had no leader for too long
   */
  Observation(
      Queue queue,
      WatchHub hub,
      ServerCallStreamObserver<LeaderResponse> call,
      boolean leaderRequired) {
    this.queue = queue;
    this.hub = hub;
    this.call = call;
    this.leaderRequired = leaderRequired;
  }

  /** Call it before the handler returns. */
  void begin() {
    call.setOnReadyHandler(this::onReady);
    call.setOnCancelHandler(this::onClientGone);
    look(queue.kv().readLinearizable(queue::holder));
  }

  private void onReady() {
    WatchStream current = stream;
    if (current != null) {
      current.onReady();
    }
  }

  private void onClientGone() {
    clientGone = true; // First: a watch that isn't noted yet looks at this afterwards.
    WatchStream current = stream;
    if (current != null) {
      current.onClientGone();
    }
  }

  private void look(CompletableFuture<Queue.Holder> looking) {
    var unused =
        looking.whenComplete(
            (found, failure) -> {
              if (clientGone) {
                return;
              }
              if (failure != null) {
                call.onError(GrpcErrors.of(failure));
              } else {
                onFound(found);
              }
            });
  }

  private void onFound(Queue.Holder found) {
    long next = found.revision() + 1;
    if (found.holder().isPresent()) {
      KeyValue leader = found.holder().get();
      tell(queue.kv().headerAt(found.revision()), leader);
      watch(new Follow(), key(leader.getKey()).setStartRevision(next));
    } else {
      WatchCreateRequest.Builder all = key(queue.prefix()).setRangeEnd(queue.prefixEnd());
      watch(new Await(), all.addFilters(FilterType.NODELETE).setStartRevision(next));
    }
  }

  private static WatchCreateRequest.Builder key(ByteString key) {
    return WatchCreateRequest.newBuilder().setKey(key);
  }

  private void tell(ResponseHeader header, KeyValue leader) {
    call.onNext(LeaderResponse.newBuilder().setHeader(header).setKv(leader).build());
  }

  private void watch(Step step, WatchCreateRequest.Builder request) {
    step.request = request.build();
    WatchStream next = hub.newStream(step, leaderRequired);
    step.stream = next;
    stream = next; // Before it opens: from then on the hub may wait for the client to be ready.
    next.open();
    if (clientGone) {
      next.onClientGone();
    }
  }

  /** One watch. The hub's thread alone uses it, once it is open. */
  private abstract class Step implements WatchSink {
    @Nullable WatchCreateRequest request;
    @Nullable WatchStream stream;

    /** From then on events still come, as they were on their way; they are for the step after this. */
    private boolean over;

    /** Takes an event; returns what to do next, or nothing to go on. */
    abstract @Nullable Runnable onEvent(Event event, ResponseHeader header);

    @Override
    public final boolean isReady() {
      return call.isReady();
    }

    @Override
    public final void pullRequest() {
      WatchCreateRequest toAsk = request;
      request = null;
      if (toAsk != null && stream != null) {
        stream.onRequest(WatchRequest.newBuilder().setCreateRequest(toAsk).build());
      }
    }

    @Override
    public final void send(WatchResponse response) {
      if (response.getCanceled()) {
        end(() -> look(queue.kv().readApplied(queue::holder)));
      }
      for (Event event : response.getEventsList()) {
        if (!over) {
          Runnable next = onEvent(event, response.getHeader());
          if (next != null) {
            end(next);
          }
        }
      }
    }

    private void end(Runnable next) {
      over = true;
      if (stream != null) {
        stream.onClientGone();
      }
      next.run();
    }

    @Override
    public final void complete() {
      fail(KvError.SERVER_STOPPED); // Only the hub could: the client has nothing to say here.
    }

    @Override
    public final void fail(KvError error) {
      if (!over) {
        over = true;
        call.onError(GrpcErrors.of(error));
      }
    }
  }

  /** Until there is somebody: the first put makes the leader. */
  private final class Await extends Step {
    @Override
    Runnable onEvent(Event event, ResponseHeader header) {
      KeyValue leader = event.getKv();
      tell(header.toBuilder().setRevision(leader.getModRevision()).build(), leader);
      return () ->
          watch(new Follow(), key(leader.getKey()).setStartRevision(leader.getModRevision() + 1));
    }
  }

  /** For as long as the leader's key lives. What this member has applied includes its end. */
  private final class Follow extends Step {
    @Override
    @Nullable Runnable onEvent(Event event, ResponseHeader header) {
      if (event.getType() == Event.EventType.DELETE) {
        return () -> look(queue.kv().readApplied(queue::holder));
      }
      tell(header, event.getKv());
      return null;
    }
  }
}
