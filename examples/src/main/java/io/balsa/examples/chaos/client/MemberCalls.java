package io.balsa.examples.chaos.client;

import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.lock.LockGrpc;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The stubs of one member, over one connection without retries. Blocking calls end with the timeout at the latest. */
public final class MemberCalls implements AutoCloseable {
  private static final int RESPONSE_BYTES_MAX = 64 << 20;

  private final MemberSpec member;
  private final ManagedChannel channel;
  private final Duration timeout;

  public MemberCalls(MemberSpec member, Duration timeout) {
    this.member = member;
    this.timeout = timeout;
    this.channel =
        NettyChannelBuilder.forAddress(MemberSpec.HOST, member.clientPort())
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(RESPONSE_BYTES_MAX)
            .build();
  }

  public MemberSpec member() {
    return member;
  }

  public KVGrpc.KVBlockingStub kv() {
    return timed(KVGrpc.newBlockingStub(channel));
  }

  public LeaseGrpc.LeaseBlockingStub lease() {
    return timed(LeaseGrpc.newBlockingStub(channel));
  }

  /** Streams of keep-alives; without a deadline. */
  public LeaseGrpc.LeaseStub leaseStream() {
    return LeaseGrpc.newStub(channel);
  }

  public LockGrpc.LockBlockingStub lock(Duration patience) {
    return LockGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  public MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return timed(MaintenanceGrpc.newBlockingStub(channel));
  }

  public ClusterGrpc.ClusterBlockingStub cluster() {
    return timed(ClusterGrpc.newBlockingStub(channel));
  }

  /** Without a deadline. */
  public WatchGrpc.WatchStub watch() {
    return WatchGrpc.newStub(channel);
  }

  /** As the others, but the call may take so long. */
  public MaintenanceGrpc.MaintenanceBlockingStub maintenance(Duration patience) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Connects at once if the last try failed, not after the pause that is under way. */
  public void nudge() {
    if (channel.getState(true) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private <S extends AbstractStub<S>> S timed(S stub) {
    return stub.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }
}
