package io.balsa.raft.testkit.invariant;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.Ready;

/**
 * Something that must hold at all times. Told of every event by {@link Invariants}, each property listens to those that
 * could break it, and throws a {@link PropertyViolation} when one did.
 */
public interface Property {
  default String name() {
    return getClass().getSimpleName();
  }

  /** The node came up, with what its platter held. */
  default void onStarted(NodeView node) {}

  /** The core handed this out; nothing of it is carried out yet, so the cache is still the one before it. */
  default void onReady(NodeView node, Ready ready) {}

  /** The core was stepped and what it owed was handed to disk, network and applier. */
  default void onStepped(NodeView node) {}

  /** The batch reached the platter. */
  default void onDurable(NodeView node, PersistBatch batch) {}

  /** The message reached the network. */
  default void onSent(NodeView from, NodeId to, Message message) {}

  default void onApplied(NodeView node, Entry entry) {}

  /** The node's state machine was replaced by a snapshot's state. */
  default void onInstalled(NodeView node, SnapshotMeta meta) {}

  /** The node is down, and its disk is about to be replaced by a blank one. */
  default void onWiped(NodeView node) {}

  /** The node is down; its platter is what it will come up with. */
  default void onCrashed(NodeView node) {}
}
