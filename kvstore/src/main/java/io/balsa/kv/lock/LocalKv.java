package io.balsa.kv.lock;

import io.balsa.kv.command.KvCommand;
import io.balsa.kv.etcd.ReadPool;
import io.balsa.kv.etcd.RequestCheck;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The store as a client of this member uses it, without a network in between: the services of this package have no other
 * way to it. Thread-safe; nothing blocks; futures fail with {@link KvException}.
 */
public final class LocalKv {
  private final Parts parts;

  /**
   * What it stands on.
   *
   * @param grants grants leases as the Lease service does
   */
  public record Parts(
      RequestRouter router,
      KvStateMachine state,
      RequestCheck check,
      ReadPool reads,
      Function<LeaseGrantRequest, CompletableFuture<LeaseGrantResponse>> grants) {}

  public LocalKv(Parts parts) {
    this.parts = parts;
  }

  CompletableFuture<TxnResponse> txn(TxnRequest request) {
    try {
      parts.check().txn(request);
    } catch (KvException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return propose(KvCommand.newBuilder().setTxn(request), TxnResponse.class)
        .thenApply(
            done -> done.toBuilder().setHeader(headerAt(done.getHeader().getRevision())).build());
  }

  CompletableFuture<DeleteRangeResponse> delete(DeleteRangeRequest request) {
    try {
      parts.check().deleteRange(request);
    } catch (KvException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return propose(KvCommand.newBuilder().setDeleteRange(request), DeleteRangeResponse.class)
        .thenApply(
            done -> done.toBuilder().setHeader(headerAt(done.getHeader().getRevision())).build());
  }

  /** Completes with the id of a new lease. */
  CompletableFuture<Long> grantLease(long ttlSeconds) {
    return parts
        .grants()
        .apply(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build())
        .thenApply(LeaseGrantResponse::getID);
  }

  CompletableFuture<Void> revokeLease(long id) {
    return parts
        .router()
        .propose(KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id)))
        .thenAccept(done -> {});
  }

  /** Reads what this member has applied, on a thread for reads. */
  <T> CompletableFuture<T> readApplied(Function<ReadView, T> read) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    parts.reads().read(answer, () -> onView(read));
    return answer;
  }

  /** As {@link #readApplied}, but sees everything that was answered to anybody before this call. */
  <T> CompletableFuture<T> readLinearizable(Function<ReadView, T> read) {
    return parts.router().readBarrier().thenCompose(passed -> readApplied(read));
  }

  private <T> T onView(Function<ReadView, T> read) {
    try (ReadView view = parts.state().view()) {
      return read.apply(view);
    }
  }

  private <T> CompletableFuture<T> propose(KvCommand.Builder command, Class<T> responseType) {
    return parts.router().propose(command).thenApply(result -> Results.of(result, responseType));
  }

  ResponseHeader headerAt(long revision) {
    return parts.router().header(revision).build();
  }
}
