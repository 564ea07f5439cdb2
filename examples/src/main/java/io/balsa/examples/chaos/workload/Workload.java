package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.watch.WatchRange;
import java.util.List;

/** What the clients of a run do. One instance per run; {@link #step} is called by the threads of all clients. */
public interface Workload {

  /** One operation, or a few that belong together. Blocks for as long as its calls take. */
  void step(Client client) throws InterruptedException;

  /** What is watched meanwhile, beside everything. */
  default List<WatchRange> watches() {
    return List.of(
        new WatchRange("k", "l", true, true, true, true),
        new WatchRange("k", "l", true, false, false, false));
  }
}
