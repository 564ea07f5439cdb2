package io.balsa.kv.watch;

import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.RevisionEvents;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A store that random runs write to, and what it remembers of everything that was ever written. */
interface World extends AutoCloseable {

  EventSource source();

  /**
   * Applies one write; the events wait until the world is told to feed. A value that is absent is a
   * delete.
   */
  void write(Map<String, Optional<String>> changes);

  /** Lets the hub hear what was applied. */
  void feed(WatchHub hub);

  /** Writes that reach this member as a snapshot, not one by one. */
  void restore(List<Map<String, Optional<String>>> changes, WatchHub hub);

  void compact(long revision);

  /** Every revision that was compacted at some time. */
  Set<Long> compactions();

  List<RevisionEvents> history();

  @Override
  void close();
}
