package io.balsa.kv.watch;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.WatchResponse;

/**
 * Where a stream's responses go: a gRPC call, or a listener in this process. Only the hub's thread
 * calls it, so it needs no lock; none of the methods may block or throw. After {@link #complete} or
 * {@link #fail} there is no further call.
 */
public interface WatchSink {

  /**
   * Whether it wants more now. Once it said no, {@link WatchStream#onReady} must be called when it
   * does again.
   */
  boolean isReady();

  void send(WatchResponse response);

  /** The stream has room for the answer to one more request. */
  void pullRequest();

  /** The client is done and so are we. */
  void complete();

  void fail(KvError error);
}
