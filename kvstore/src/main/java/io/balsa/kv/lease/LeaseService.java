package io.balsa.kv.lease;

import com.google.protobuf.ByteString;
import io.balsa.kv.auth.Access;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.etcd.ReadPool;
import io.balsa.kv.etcd.Reply;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseLeasesResponse;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseRevokeResponse;
import io.balsa.kv.proto.LeaseStatus;
import io.balsa.kv.proto.LeaseTimeToLiveRequest;
import io.balsa.kv.proto.LeaseTimeToLiveResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.LeaseRecord;
import io.balsa.kv.state.LeaseView;
import io.grpc.Channel;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Lease service of the etcd v3 API. Grants and revocations go through the log, renewals and
 * questions about time to the leader's memory. Handlers run on gRPC's event loops and don't block.
 */
public final class LeaseService extends LeaseGrpc.LeaseImplBase {

  private final RequestRouter router;
  private final LeaseKeeper keeper;
  private final LeaseView leases;
  private final LeaseConfig config;
  private final LongSupplier currentRevision;
  private final ReadPool reads;
  private final Supplier<AuthState> auth;
  private final LeaderCalls leaderCalls;
  private final Set<KeepAliveStream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** What the service stands on. */
  public record Parts(
      RequestRouter router,
      LeaseKeeper keeper,
      LeaseView leases,
      LongSupplier currentRevision,
      Supplier<? extends Optional<? extends Channel>> leaderChannel,
      LeaseThread thread,
      ReadPool reads,
      Supplier<AuthState> auth) {}

  public LeaseService(Parts parts, LeaseConfig config) {
    this.router = parts.router();
    this.keeper = parts.keeper();
    this.leases = parts.leases();
    this.currentRevision = parts.currentRevision();
    this.config = config;
    this.reads = parts.reads();
    this.auth = parts.auth();
    this.leaderCalls =
        new LeaderCalls(
            parts.leaderChannel(), parts.thread(), config.requestTimeout(), System::nanoTime);
  }

  /**
   * What to register at the server: the service, with what it needs to know of a call's metadata.
   */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(this, new Forwarded());
  }

  @Override
  public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
    Reply.send(observer, grant(request, CallerContext.caller()));
  }

  /** As the call of that name; for services of this member that need a lease, on behalf of their caller. */
  public CompletableFuture<LeaseGrantResponse> grant(
      LeaseGrantRequest request, @Nullable Caller caller) {
    if (request.getTTL() > LeaseConfig.TTL_SECONDS_MAX) {
      return CompletableFuture.failedFuture(KvError.LEASE_TTL_TOO_LARGE.exception());
    }
    boolean chosenHere = request.getID() == 0;
    LeaseGrantRequest.Builder grant =
        request.toBuilder().setTTL(Math.max(request.getTTL(), config.ttlSecondsMin()));
    if (chosenHere) {
      grant.setID(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    }
    KvCommand.Builder command = KvCommand.newBuilder().setLeaseGrant(grant);
    if (caller != null) {
      command.setCaller(caller);
    }
    return router
        .propose(command)
        .thenApply(result -> Results.of(result, LeaseGrantResponse.class))
        .thenApply(answer -> answer.toBuilder().setHeader(full(answer.getHeader())).build())
        .exceptionallyCompose(
            failure ->
                chosenHere && isTaken(failure)
                    ? grant(request, caller)
                    : CompletableFuture.failedFuture(failure));
  }

  private static boolean isTaken(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof KvException known && known.error() == KvError.LEASE_EXISTS;
  }

  @Override
  public void leaseRevoke(
      LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
    Reply.send(
        observer,
        router
            .propose(KvCommand.newBuilder().setLeaseRevoke(request))
            .thenApply(result -> Results.of(result, LeaseRevokeResponse.class))
            .thenApply(answer -> answer.toBuilder().setHeader(full(answer.getHeader())).build()));
  }

  @Override
  public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
      StreamObserver<LeaseKeepAliveResponse> observer) {
    KeepAliveStream stream =
        new KeepAliveStream(
            (ServerCallStreamObserver<LeaseKeepAliveResponse>) observer,
            this::keepAlive,
            streams::remove);
    streams.add(stream);
    if (stopping) {
      stream.stop();
    }
    return stream;
  }

  /** Ends every stream of renewals with "server stopped", also those that are still to come. */
  public void endStreams() {
    stopping = true; // First: a stream that isn't among them yet looks at this afterwards.
    List.copyOf(streams).forEach(KeepAliveStream::stop);
  }

  private CompletableFuture<LeaseKeepAliveResponse> keepAlive(LeaseKeepAliveRequest request) {
    LeaseKeepAliveResponse.Builder answer =
        LeaseKeepAliveResponse.newBuilder().setHeader(header()).setID(request.getID());
    return leaderCalls
        .call(
            () -> keeper.renew(request.getID()),
            leader -> renewThrough(leader, request).thenApply(LeaseKeepAliveResponse::getTTL))
        .thenApply(ttl -> answer.setTTL(ttl).build());
  }

  private CompletableFuture<LeaseKeepAliveResponse> renewThrough(
      Channel leader, LeaseKeepAliveRequest request) {
    OneAnswer<LeaseKeepAliveResponse> answer = new OneAnswer<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(leader).withDeadlineAfter(config.requestTimeout()).leaseKeepAlive(answer);
    requests.onNext(request);
    requests.onCompleted();
    return answer.future();
  }

  @Override
  public void leaseTimeToLive(
      LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
    Reply.send(
        observer,
        leaderCalls
            .call(() -> timeToLive(request), leader -> askThrough(leader, request))
            .thenApply(answer -> answer.toBuilder().setHeader(header()).build()));
  }

  private CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    long id = request.getID();
    Caller caller = CallerContext.caller();
    LeaseTimeToLiveResponse.Builder answer =
        LeaseTimeToLiveResponse.newBuilder().setID(id).setTTL(-1);
    return keeper
        .timeLeft(id)
        .thenCompose(
            found -> {
              found.ifPresent(
                  left ->
                      answer.setTTL(left.remainingSeconds()).setGrantedTTL(left.grantedSeconds()));
              return found.isPresent() && request.getKeys()
                  ? read(() -> answer.addAllKeys(readableKeys(id, caller)).build())
                  : CompletableFuture.completedFuture(answer.build());
            });
  }

  private List<ByteString> readableKeys(long lease, @Nullable Caller caller) {
    List<ByteString> keys = leases.keys(lease);
    Access.of(auth.get(), caller).readKeys(keys);
    return keys;
  }

  /** A lease may have very many keys, and a store very many leases: too long for any other thread. */
  private <T> CompletableFuture<T> read(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    reads.read(answer, question);
    return answer;
  }

  private CompletableFuture<LeaseTimeToLiveResponse> askThrough(
      Channel leader, LeaseTimeToLiveRequest request) {
    OneAnswer<LeaseTimeToLiveResponse> answer = new OneAnswer<>();
    LeaseGrpc.newStub(leader)
        .withDeadlineAfter(config.requestTimeout())
        .leaseTimeToLive(request, answer);
    return answer.future();
  }

  @Override
  public void leaseLeases(
      LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> observer) {
    Caller caller = CallerContext.caller();
    Reply.send(observer, read(() -> list(caller)));
  }

  /** Soonest end first. Who may list the leases must be allowed to read all that is attached to them. */
  private LeaseLeasesResponse list(@Nullable Caller caller) {
    Access access = Access.of(auth.get(), caller);
    LeaseLeasesResponse.Builder answer = LeaseLeasesResponse.newBuilder().setHeader(header());
    for (LeaseRecord lease : keeper.soonestFirst(leases.all())) {
      if (!access.isRoot()) {
        access.readKeys(leases.keys(lease.id()));
      }
      answer.addLeases(LeaseStatus.newBuilder().setID(lease.id()));
    }
    return answer.build();
  }

  private ResponseHeader header() {
    return router.header(currentRevision.getAsLong()).build();
  }

  private ResponseHeader full(ResponseHeader revisionOnly) {
    return router.header(revisionOnly.getRevision()).build();
  }
}
