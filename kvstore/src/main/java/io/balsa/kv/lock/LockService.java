package io.balsa.kv.lock;

import com.google.protobuf.ByteString;
import io.balsa.kv.etcd.Reply;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.lock.LockGrpc;
import io.balsa.kv.proto.lock.LockRequest;
import io.balsa.kv.proto.lock.LockResponse;
import io.balsa.kv.proto.lock.UnlockRequest;
import io.balsa.kv.proto.lock.UnlockResponse;
import io.balsa.kv.watch.WatchHub;
import io.grpc.stub.StreamObserver;

/**
 * Locks that are held for as long as a lease lives. A lock is advice: whoever was stopped for longer than its lease must be
 * fenced off by the create revision of its key. Handlers run on gRPC's event loops and don't block.
 */
public final class LockService extends LockGrpc.LockImplBase {
  private final LocalKv kv;
  private final WatchHub hub;

  public LockService(LocalKv kv, WatchHub hub) {
    this.kv = kv;
    this.hub = hub;
  }

  @Override
  public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
    QueueCall.Wish wish =
        new QueueCall.Wish(request.getLease(), ByteString.EMPTY, false, KvError.LOCK_LOST);
    QueueCall<LockResponse> call =
        new QueueCall<>(
            new Queue(kv.ofCaller(), request.getName()),
            hub,
            wish,
            turn ->
                LockResponse.newBuilder()
                    .setHeader(turn.granted())
                    .setKey(turn.place().key())
                    .build());
    Reply.send(observer, call.begin());
  }

  /** A key like any other: whether it is a lock's, or there at all, isn't asked. */
  @Override
  public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
    Reply.send(
        observer,
        kv.ofCaller()
            .delete(DeleteRangeRequest.newBuilder().setKey(request.getKey()).build())
            .thenApply(
                deleted -> UnlockResponse.newBuilder().setHeader(deleted.getHeader()).build()));
  }
}
