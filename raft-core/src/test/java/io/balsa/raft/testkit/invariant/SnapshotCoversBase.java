package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.PersistBatch;

/** What is no longer in a node's log is in a snapshot that is durable there (paper §7): purged ≤ snapshot. */
public final class SnapshotCoversBase implements Property {
  @Override
  public void onStarted(NodeView node) {
    check(node, node.platter());
  }

  @Override
  public void onStepped(NodeView node) {
    check(node, node.cache());
  }

  @Override
  public void onDurable(NodeView node, PersistBatch batch) {
    check(node, node.platter());
  }

  private void check(NodeView node, LogImage log) {
    PropertyViolation.check(
        log.base().index() <= node.snapshotIndex(),
        this,
        "%s's log begins after %s, but its newest snapshot ends at %d",
        node.id(),
        log.base().last(),
        node.snapshotIndex());
  }
}
