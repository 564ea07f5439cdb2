package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import java.util.Map;
import java.util.TreeMap;

/**
 * If a server has applied a log entry at a given index to its state machine, no other server will ever apply a different
 * log entry for the same index (paper Figure 3); and each applies them one after the other, none left out.
 */
public final class StateMachineSafety implements Property {
  private final CommittedLog committed;
  private final Map<NodeId, Long> applied = new TreeMap<>();

  StateMachineSafety(CommittedLog committed) {
    this.committed = committed;
  }

  @Override
  public void onStarted(NodeView node) {
    applied.put(node.id(), node.status().appliedIndex());
  }

  @Override
  public void onInstalled(NodeView node, SnapshotMeta meta) {
    long before = applied.getOrDefault(node.id(), 0L);
    PropertyViolation.check(
        meta.index() > before,
        this,
        "%s goes back from %d to the snapshot of %s",
        node.id(),
        before,
        meta.last());
    PropertyViolation.check(
        committed.holds(meta.last()),
        this,
        "%s installs a snapshot through %s, which isn't committed",
        node.id(),
        meta.last());
    applied.put(node.id(), meta.index());
  }

  @Override
  public void onApplied(NodeView node, Entry entry) {
    long before = applied.getOrDefault(node.id(), 0L);
    PropertyViolation.check(
        entry.index() == before + 1, this, "%s applies %s after %d", node.id(), entry.id(), before);
    PropertyViolation.check(
        entry.index() <= committed.lastIndex() && committed.entry(entry.index()).equals(entry),
        this,
        "%s applies %s, but %s is committed",
        node.id(),
        entry,
        committed.describe(entry.index()));
    applied.put(node.id(), entry.index());
  }
}
