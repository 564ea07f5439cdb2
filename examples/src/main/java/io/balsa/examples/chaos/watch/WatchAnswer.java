package io.balsa.examples.chaos.watch;

import io.balsa.examples.chaos.model.KvEvent;
import java.util.List;

/**
 * One answer of a watch. Immutable.
 *
 * @param nanos when it arrived, on the clock of the run
 * @param revision of its header
 * @param compactRevision with which the watch was cancelled because its next events are gone, or 0
 */
public record WatchAnswer(
    long nanos,
    long revision,
    boolean created,
    boolean cancelled,
    long compactRevision,
    List<KvEvent> events) {
  public WatchAnswer {
    events = List.copyOf(events);
  }

  /** Only tells how far the watch is. */
  public boolean isBookmark() {
    return !created && !cancelled && events.isEmpty();
  }
}
