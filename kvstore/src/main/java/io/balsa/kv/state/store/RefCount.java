package io.balsa.kv.state.store;

import io.balsa.raft.model.Invariant;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the holders of something that must be freed after the last of them. Born with one. Any thread. */
final class RefCount {
  private final AtomicInteger holders = new AtomicInteger(1);

  /** One holder more; false if there is none any more: it is freed, or about to be. */
  boolean tryRetain() {
    int seen = holders.get();
    while (seen > 0) {
      int found = holders.compareAndExchange(seen, seen + 1);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /** One holder less; true for the last one, who must free it. */
  boolean release() {
    int left = holders.decrementAndGet();
    Invariant.check(left >= 0, "released once too often");
    return left == 0;
  }
}
