package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreStatus;
import io.balsa.raft.protocol.Ready;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node's cursors stand in the order base ≤ applied ≤ commit ≤ last, and what it takes for durable is durable. While a
 * snapshot is being installed, the base is already the snapshot's.
 */
public final class BoundsOrdered implements Property {
  private final Map<NodeId, Long> installing = new TreeMap<>();

  @Override
  public void onStarted(NodeView node) {
    installing.put(node.id(), 0L);
    onStepped(node);
  }

  @Override
  public void onReady(NodeView node, Ready ready) {
    ready.install().ifPresent(meta -> installing.put(node.id(), meta.index()));
  }

  @Override
  public void onStepped(NodeView node) {
    CoreStatus status = node.status();
    long restored = Math.max(status.appliedIndex(), installing.getOrDefault(node.id(), 0L));
    boolean ordered =
        status.firstIndex() - 1 <= restored
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
