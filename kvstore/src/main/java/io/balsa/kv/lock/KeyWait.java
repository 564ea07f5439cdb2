package io.balsa.kv.lock;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchCreateRequest.FilterType;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.watch.WatchHub;
import io.balsa.kv.watch.WatchSink;
import io.balsa.kv.watch.WatchStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Waits until one of some keys is deleted, by watching them. Made by any thread and given up by any; the rest happens on the
 * hub's.
 */
final class KeyWait implements WatchSink {
  private final Queue<WatchCreateRequest> toAsk = new ArrayDeque<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final WatchStream stream;

  /**
   * Watches from now on.
   *
   * @param fromRevision the first revision of interest
   */
  static KeyWait begin(WatchHub hub, List<ByteString> keys, long fromRevision) {
    KeyWait wait = new KeyWait(hub, keys, fromRevision);
    wait.stream.open();
    return wait;
  }

  private KeyWait(WatchHub hub, List<ByteString> keys, long fromRevision) {
    for (ByteString key : keys) {
      toAsk.add(
          WatchCreateRequest.newBuilder()
              .setKey(key)
              .setStartRevision(fromRevision)
              .addFilters(FilterType.NOPUT)
              .build());
    }
    this.stream = hub.newStream(this, false);
  }

  /**
   * Completes, on the hub's thread, when a key was deleted, or when that can't be told from here and the keys must be looked
   * at again. Fails with SERVER_STOPPED when the member stops, and with REQUEST_CANCELED when the wait is given up.
   */
  CompletableFuture<Void> over() {
    return over;
  }

  /** Idempotent. */
  void giveUp() {
    over.completeExceptionally(KvError.REQUEST_CANCELED.exception());
    stream.onClientGone();
  }

  @Override
  public boolean isReady() {
    return true; // There is nobody who could be slow.
  }

  /** A watch is cancelled when what it should begin with was compacted. */
  @Override
  public void send(WatchResponse response) {
    if (response.getEventsCount() > 0 || response.getCanceled()) {
      stream.onClientGone();
      over.complete(null);
    }
  }

  @Override
  public void pullRequest() {
    WatchCreateRequest next = toAsk.poll();
    if (next != null) {
      stream.onRequest(WatchRequest.newBuilder().setCreateRequest(next).build());
    }
  }

  @Override
  public void complete() {
    over.complete(null);
  }

  @Override
  public void fail(KvError error) {
    over.completeExceptionally(error.exception());
  }
}
