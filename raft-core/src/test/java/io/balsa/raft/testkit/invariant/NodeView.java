package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreStatus;

/** What the properties may see of one node. A crashed node has a platter only. */
public interface NodeView {
  NodeId id();

  boolean isRunning();

  /** How often the node was started. */
  long incarnation();

  /** The core's, as of its last step; of a crashed node, as it was before the crash. */
  CoreStatus status();

  /** The log with everything that was handed to the disk, durable or not. */
  LogImage cache();

  /** The log as a crash at this moment would leave it. */
  LogImage platter();

  /** How far the newest snapshot in the node's store reaches; 0 if there is none. */
  long snapshotIndex();
}
