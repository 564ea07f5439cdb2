package io.balsa.kv.etcd;

import io.balsa.kv.auth.Access;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.CompactionResponse;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RangeStreamResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Keys and values. Handlers run on gRPC's event loops and don't block. */
public final class KvService extends KVGrpc.KVImplBase {
  private final RequestRouter router;
  private final KvStateMachine state;
  private final RequestCheck check;
  private final ReadPool reads;

  public KvService(RequestRouter router, KvStateMachine state, RequestCheck check, ReadPool reads) {
    this.router = router;
    this.state = state;
    this.check = check;
    this.reads = reads;
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
    Reply.send(observer, checked(() -> check.range(request), () -> range(request)));
  }

  private CompletableFuture<RangeResponse> range(RangeRequest request) {
    boolean isShort = request.getRangeEnd().isEmpty() && request.getRevision() <= 0;
    return read(
        request.getSerializable(),
        isShort,
        access -> access.range(request),
        view -> withHeader(view.range(request)));
  }

  @Override
  public void rangeStream(RangeRequest request, StreamObserver<RangeStreamResponse> observer) {
    CompletableFuture<?> mayRead =
        checked(
            () -> {
              check.range(request);
              RangeSource.check(request);
            },
            () ->
                request.getSerializable()
                    ? CompletableFuture.<Void>completedFuture(null)
                    : router.readBarrier());
    Caller caller = CallerContext.caller();
    StreamPump.send(
        observer,
        reads,
        mayRead,
        () -> new RangeSource(request, state::view, caller, router::header));
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> observer) {
    Reply.send(
        observer,
        checked(
            () -> check.put(request),
            () ->
                write(
                    KvCommand.newBuilder().setPut(request),
                    PutResponse.class,
                    done -> done.toBuilder().setHeader(header(done.getHeader())).build())));
  }

  @Override
  public void deleteRange(
      DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
    Reply.send(
        observer,
        checked(
            () -> check.deleteRange(request),
            () ->
                write(
                    KvCommand.newBuilder().setDeleteRange(request),
                    DeleteRangeResponse.class,
                    done -> done.toBuilder().setHeader(header(done.getHeader())).build())));
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
    Reply.send(observer, checked(() -> check.txn(request), () -> txn(request)));
  }

  private CompletableFuture<TxnResponse> txn(TxnRequest request) {
    if (RequestCheck.isReadOnly(request)) {
      boolean serializable = RequestCheck.isSerializable(request);
      return read(
          serializable,
          false,
          access -> access.txn(request, lease -> List.of()),
          view -> withHeader(view.txnReadOnly(request)));
    }
    return write(KvCommand.newBuilder().setTxn(request), TxnResponse.class, this::withHeader);
  }

  @Override
  public void compact(CompactionRequest request, StreamObserver<CompactionResponse> observer) {
    CompletableFuture<CompactionResponse> compacted =
        write(
            KvCommand.newBuilder().setCompaction(request),
            CompactionResponse.class,
            done -> done.toBuilder().setHeader(header(done.getHeader())).build());
    if (request.getPhysical()) {
      compacted =
          compacted.thenCompose(
              done -> state.compactionDone(request.getRevision()).thenApply(removed -> done));
    }
    Reply.send(observer, compacted);
  }

  private <T> CompletableFuture<T> checked(
      Runnable check, Supplier<CompletableFuture<T>> operation) {
    try {
      check.run();
    } catch (KvException | StatusRuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return operation.get();
  }

  private <T, R> CompletableFuture<R> write(
      KvCommand.Builder command, Class<T> responseType, Function<T, R> finish) {
    return router
        .propose(command)
        .thenApply(result -> finish.apply(Results.of(result, responseType)));
  }

  /**
   * Reads from one view of the state: at once and here if the read is short and may see an old state. Whether the caller may
   * is decided by the same view, so that nobody reads what was written after they lost the right to.
   */
  private <T> CompletableFuture<T> read(
      boolean serializable, boolean isShort, Consumer<Access> check, Function<ReadView, T> read) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Caller caller = CallerContext.caller();
    Supplier<T> onView =
        () -> {
          try (ReadView view = state.view()) {
            check.accept(Access.of(view.auth(), caller));
            return read.apply(view);
          }
        };
    if (!serializable) {
      var unused =
          router
              .readBarrier()
              .whenComplete(
                  (passed, failure) -> {
                    if (failure != null) {
                      answer.completeExceptionally(failure);
                    } else {
                      reads.read(answer, onView);
                    }
                  });
    } else if (isShort) {
      ReadPool.run(answer, onView);
    } else {
      reads.read(answer, onView);
    }
    return answer;
  }

  private RangeResponse withHeader(RangeResponse response) {
    return response.toBuilder().setHeader(header(response.getHeader())).build();
  }

  private TxnResponse withHeader(TxnResponse response) {
    return response.toBuilder().setHeader(header(response.getHeader())).build();
  }

  private ResponseHeader.Builder header(ResponseHeader ofState) {
    return router.header(ofState.getRevision());
  }
}
