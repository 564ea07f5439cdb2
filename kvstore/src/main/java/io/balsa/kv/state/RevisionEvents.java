package io.balsa.kv.state;

import io.balsa.kv.proto.Event;
import io.balsa.raft.model.Invariant;
import java.util.List;

/**
 * Everything that one revision changed, in the order in which it was done (by sub revision). Immutable; any thread.
 *
 * <p>The {@code kv} of a PUT is complete, that of a DELETE holds the key and the mod_revision only. {@code prev_kv} is the
 * version that the event replaced, absent for a creation; a hub strips it for watchers that didn't ask for it. The values
 * are shared with the store: nothing is copied per event or watcher.
 *
 * @param withPrev whether {@code prev_kv} is there wherever something was replaced; else whoever needs it reads the revision
 *     from history
 */
public record RevisionEvents(long revision, List<Event> events, boolean withPrev) {
  public RevisionEvents {
    events = List.copyOf(events);
    Invariant.check(!events.isEmpty(), "revision %d has no event", revision);
  }
}
