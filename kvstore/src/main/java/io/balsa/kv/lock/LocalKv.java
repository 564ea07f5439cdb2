package io.balsa.kv.lock;

import io.balsa.kv.command.Caller;
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
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The store as a client of this member uses it, without a network in between: the services of this package have no other
 * way to it. Thread-safe; nothing blocks; futures fail with {@link KvException}.
 */
public final class LocalKv {
  private final Parts parts;

  /** On whose behalf it changes things; null for nobody's. */
  private final @Nullable Caller caller;

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
      BiFunction<LeaseGrantRequest, @Nullable Caller, CompletableFuture<LeaseGrantResponse>>
          grants) {}

  public LocalKv(Parts parts) {
    this(parts, null);
  }

  private LocalKv(Parts parts, @Nullable Caller caller) {
    this.parts = parts;
    this.caller = caller;
  }

  /** On behalf of whoever makes the call that this thread handles: its later steps run on other threads. */
  LocalKv ofCaller() {
    return new LocalKv(parts, CallerContext.caller());
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
        .apply(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build(), caller)
        .thenApply(LeaseGrantResponse::getID);
  }

  CompletableFuture<Void> revokeLease(long id) {
    return propose(KvCommand.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id)))
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
    return propose(command).thenApply(result -> Results.of(result, responseType));
  }

  private CompletableFuture<KvResult> propose(KvCommand.Builder command) {
    if (caller != null) {
      command.setCaller(caller);
    }
    return parts.router().propose(command);
  }

  ResponseHeader headerAt(long revision) {
    return parts.router().header(revision).build();
  }
}
