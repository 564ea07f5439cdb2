package io.balsa.examples.chaos.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The store as it must have been at one revision, moved on event by event. One thread. */
public final class Replay {
  private final Map<String, Version> keys = new TreeMap<>();
  private long revision = 1;

  public long revision() {
    return revision;
  }

  public Optional<Version> get(String key) {
    return Optional.ofNullable(keys.get(key));
  }

  /** All keys there are now, in order. Not a copy. */
  public Map<String, Version> keys() {
    return keys;
  }

  /**
   * Moves on by the events of the next revision, and says what of them contradicts what was before.
   */
  public List<String> advance(List<KvEvent> events) {
    List<String> contradictions = new ArrayList<>();
    long next = events.get(0).revision();
    if (next != revision + 1) {
      contradictions.add("after revision " + revision + " comes " + next);
    }
    Map<String, Optional<Version>> changes = new LinkedHashMap<>();
    for (KvEvent event : events) {
      Optional<Version> before = changes.getOrDefault(event.key(), get(event.key()));
      Optional<Version> after = event.put();
      if (after.isPresent()) {
        long create = before.map(Version::create).orElse(next);
        long version = before.map(Version::version).orElse(0L) + 1;
        Version is = after.get();
        if (is.create() != create || is.version() != version || is.mod() != next) {
          contradictions.add(
              event + " should have create " + create + ", version " + version + ", mod " + next);
        }
      } else if (before.isEmpty()) {
        contradictions.add(event + " deletes what isn't there");
      }
      if (!event.previous().equals(before)) {
        contradictions.add(event + " should follow " + before);
      }
      changes.put(event.key(), after);
    }
    changes.forEach(
        (key, after) -> after.ifPresentOrElse(v -> keys.put(key, v), () -> keys.remove(key)));
    revision = next;
    return contradictions;
  }
}
