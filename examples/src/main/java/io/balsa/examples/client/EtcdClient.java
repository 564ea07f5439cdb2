package io.balsa.examples.client;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.MemberAddRequest;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MemberPromoteRequest;
import io.balsa.kv.proto.MemberRemoveRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A client of one member. Thread-safe. Calls block for at most the client's timeout and throw {@link
 * io.grpc.StatusRuntimeException}; nothing is tried again, so a failed write may have happened or not.
 */
public final class EtcdClient implements AutoCloseable {

  /** The key, and the range's end, that together mean everything. */
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private static final int PAGE_KEYS = 5_000;
  private static final int RESPONSE_BYTES_MAX = 64 << 20;

  private final ManagedChannel channel;
  private final Duration timeout;

  private EtcdClient(ManagedChannel channel, Duration timeout) {
    this.channel = channel;
    this.timeout = timeout;
  }

  /** Connects when first needed, and again, with growing pauses, when the member was away. */
  public static EtcdClient connect(InetSocketAddress member, Duration timeout) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(member)
            .usePlaintext()
            .maxInboundMessageSize(RESPONSE_BYTES_MAX)
            .build();
    return new EtcdClient(channel, timeout);
  }

  /** Tries to connect at once, not after the pause that is under way. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  /** Whether there is a connection now; begins to make one if there is none. */
  boolean isConnected() {
    if (channel.getState(true) == ConnectivityState.READY) {
      return true;
    }
    reconnect();
    return false;
  }

  public PutResponse put(String key, String value) {
    return put(putRequest(key, value).build());
  }

  public PutResponse put(PutRequest request) {
    return timed(KVGrpc.newBlockingStub(channel)).put(request);
  }

  /** Puts without waiting. The future fails with {@link io.grpc.StatusRuntimeException}. */
  public CompletableFuture<PutResponse> putAsync(String key, String value) {
    var response = new FutureObserver<PutResponse>();
    timed(KVGrpc.newStub(channel)).put(putRequest(key, value).build(), response);
    return response.future();
  }

  public static PutRequest.Builder putRequest(String key, String value) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFromUtf8(value));
  }

  /** The key's latest state, linearizable. */
  public Optional<KeyValue> get(String key) {
    RangeResponse response =
        range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
    return response.getKvsList().stream().findFirst();
  }

  /** All keys that begin with the prefix, in order, linearizable. */
  public List<KeyValue> prefix(String prefix) {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(prefix))
            .setRangeEnd(prefixEnd(prefix))
            .build();
    return range(request).getKvsList();
  }

  public RangeResponse range(RangeRequest request) {
    return timed(KVGrpc.newBlockingStub(channel)).range(request);
  }

  public TxnResponse txn(TxnRequest request) {
    return timed(KVGrpc.newBlockingStub(channel)).txn(request);
  }

  /** Everything there is, at the latest revision: of the cluster, or of what this member has by itself. */
  public Contents contents(boolean serializable) {
    return contents(serializable, 0);
  }

  /** Everything there was at the revision; 0 stands for the latest one. Read page by page, all at one revision. */
  public Contents contents(boolean serializable, long revision) {
    List<KeyValue> kvs = new ArrayList<>();
    ByteString from = ZERO;
    long pinned = revision;
    while (true) {
      RangeRequest request =
          RangeRequest.newBuilder()
              .setKey(from)
              .setRangeEnd(ZERO)
              .setLimit(PAGE_KEYS)
              .setRevision(pinned)
              .setSerializable(serializable)
              .build();
      RangeResponse page = range(request);
      kvs.addAll(page.getKvsList());
      pinned = pinned == 0 ? page.getHeader().getRevision() : pinned;
      if (!page.getMore()) {
        return new Contents(pinned, kvs);
      }
      from = page.getKvs(page.getKvsCount() - 1).getKey().concat(ZERO);
    }
  }

  /** Grants a lease; the member may make it longer than asked. Returns its id. */
  public long grantLease(Duration ttl) {
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(ttl.toSeconds()).build();
    return timed(LeaseGrpc.newBlockingStub(channel)).leaseGrant(request).getID();
  }

  /** All members, linearizable. */
  public List<Member> members() {
    return timed(ClusterGrpc.newBlockingStub(channel))
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  /** Adds a member that will be reached at the URL. Returns it, with its new id. */
  public Member addMember(String peerUrl, boolean learner) {
    MemberAddRequest request =
        MemberAddRequest.newBuilder().addPeerURLs(peerUrl).setIsLearner(learner).build();
    return timed(ClusterGrpc.newBlockingStub(channel)).memberAdd(request).getMember();
  }

  /** Returns who is left. */
  public List<Member> removeMember(long id) {
    return timed(ClusterGrpc.newBlockingStub(channel))
        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build())
        .getMembersList();
  }

  /** Makes a voter of a learner that has caught up. */
  public List<Member> promoteMember(long id) {
    return timed(ClusterGrpc.newBlockingStub(channel))
        .memberPromote(MemberPromoteRequest.newBuilder().setID(id).build())
        .getMembersList();
  }

  public StatusResponse status() {
    return timed(MaintenanceGrpc.newBlockingStub(channel))
        .status(StatusRequest.getDefaultInstance());
  }

  /** Watches all keys that begin with the prefix, from now on. Returns once the member watches. */
  public WatchFeed watchPrefix(String prefix) {
    WatchCreateRequest create =
        WatchCreateRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(prefix))
            .setRangeEnd(prefixEnd(prefix))
            .setPrevKv(true)
            .build();
    return WatchFeed.open(WatchGrpc.newStub(channel), create, timeout);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** The first key after all that begin with the prefix. Our prefixes end in a plain character. */
  private static ByteString prefixEnd(String prefix) {
    byte[] end = prefix.getBytes(StandardCharsets.US_ASCII);
    end[end.length - 1]++;
    return ByteString.copyFrom(end);
  }

  private <S extends AbstractStub<S>> S timed(S stub) {
    return stub.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Turns the only response of a call into a future. */
  private record FutureObserver<T>(CompletableFuture<T> future) implements StreamObserver<T> {
    FutureObserver() {
      this(new CompletableFuture<>());
    }

    @Override
    public void onNext(T value) {
      future.complete(value);
    }

    @Override
    public void onError(Throwable error) {
      future.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      future.completeExceptionally(new IllegalStateException("the call ended without a response"));
    }
  }
}
