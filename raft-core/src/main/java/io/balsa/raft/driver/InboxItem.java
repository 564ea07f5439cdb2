package io.balsa.raft.driver;

import io.balsa.raft.model.NodeStoppedException;

/** Something that waits for the event loop. */
interface InboxItem {

  /** What it counts against the inbox's bound; 0 for what is never refused. */
  default long bytes() {
    return 0;
  }

  /** Runs on the event loop. */
  void onLoop(HostLoop loop);

  /** The loop is gone and will never run it. Any thread. */
  default void onDiscard(NodeStoppedException reason) {}
}
