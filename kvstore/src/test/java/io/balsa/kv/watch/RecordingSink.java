package io.balsa.kv.watch;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that takes as many responses as it is told to, and keeps them. Used by one thread. */
final class RecordingSink implements WatchSink {
  final List<WatchResponse> responses = new ArrayList<>();
  @Nullable KvError failure;
  boolean completed;
  int pulls;
  private long credit = Long.MAX_VALUE;

  /** Takes this many more responses, then no more. */
  void take(long more) {
    credit = more;
  }

  @Override
  public boolean isReady() {
    return credit > 0;
  }

  @Override
  public void send(WatchResponse response) {
    if (credit != Long.MAX_VALUE) {
      credit--;
    }
    responses.add(response);
  }

  @Override
  public void pullRequest() {
    pulls++;
  }

  @Override
  public void complete() {
    completed = true;
  }

  @Override
  public void fail(KvError error) {
    failure = error;
  }
}
