package io.balsa.raft.testkit.invariant;

import io.balsa.raft.protocol.CoreStatus;

/** A node's cursors stand in the order base ≤ applied ≤ commit ≤ last, and what it takes for durable is durable. */
public final class BoundsOrdered implements Property {
  @Override
  public void onStarted(NodeView node) {
    onStepped(node);
  }

  @Override
  public void onStepped(NodeView node) {
    CoreStatus status = node.status();
    boolean ordered =
        status.firstIndex() - 1 <= status.appliedIndex()
            && status.appliedIndex() <= status.commitIndex()
            && status.commitIndex() <= status.last().index()
            && status.persistedIndex() <= status.last().index();
    PropertyViolation.check(ordered, this, "%s", status);
    PropertyViolation.check(
        node.cache().last().equals(status.last()),
        this,
        "%s says that its log ends at %s, but it was handed %s",
        node.id(),
        status.last(),
        node.cache().last());
    PropertyViolation.check(
        status.persistedIndex() <= node.platter().lastIndex(),
        this,
        "%s takes %d for durable, but its platter ends at %s",
        node.id(),
        status.persistedIndex(),
        node.platter().last());
  }
}
