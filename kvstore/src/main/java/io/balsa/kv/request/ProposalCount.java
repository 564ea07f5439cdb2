package io.balsa.kv.request;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/** How many proposals of this member's clients are under way, and how many ever failed. Thread-safe. */
public final class ProposalCount {
  private final LongAdder pending = new LongAdder();
  private final LongAdder failed = new LongAdder();

  void count(CompletableFuture<?> answer) {
    pending.increment();
    var unused =
        answer.whenComplete(
            (result, failure) -> {
              pending.decrement();
              if (failure != null) {
                failed.increment();
              }
            });
  }

  public long pending() {
    return pending.sum();
  }

  public long failed() {
    return failed.sum();
  }
}
