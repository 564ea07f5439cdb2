package io.balsa.kv.watch;

import io.balsa.kv.proto.Event;
import org.jspecify.annotations.Nullable;

/**
 * One event in the forms in which watchers want it: each is built once, when the first asks, and
 * shared by all.
 */
final class SharedEvent {
  private final Event full;
  private @Nullable Event bare;

  SharedEvent(Event full) {
    this.full = full;
    this.bare = full.hasPrevKv() ? null : full;
  }

  Event as(Watcher watcher) {
    if (watcher.prevKv) {
      return full;
    }
    if (bare == null) {
      bare = full.toBuilder().clearPrevKv().build();
    }
    return bare;
  }
}
