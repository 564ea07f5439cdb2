package io.balsa.kv.watch;

import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.RevisionEvents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A world that is nothing but a history: fast, and sure to be right. */
final class FakeWorld implements World {
  private final FakeHistory history = new FakeHistory();
  private final List<RevisionEvents> applied = new ArrayList<>();
  private final Set<Long> compactions = new HashSet<>();

  @Override
  public EventSource source() {
    return history;
  }

  @Override
  public void write(Map<String, Optional<String>> changes) {
    applied.add(history.write(changes));
  }

  @Override
  public void feed(WatchHub hub) {
    if (!applied.isEmpty()) {
      hub.onApplied(List.copyOf(applied), applied.get(applied.size() - 1).revision());
      applied.clear();
    }
  }

  @Override
  public void restore(List<Map<String, Optional<String>>> changes, WatchHub hub) {
    feed(hub);
    changes.forEach(history::write);
    hub.onRestored();
  }

  @Override
  public void compact(long revision) {
    compactions.add(revision);
    history.compact(revision);
  }

  @Override
  public Set<Long> compactions() {
    return compactions;
  }

  @Override
  public List<RevisionEvents> history() {
    return history.all();
  }

  @Override
  public void close() {}
}
