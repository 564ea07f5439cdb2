package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.PersistBatch;

/** Terms only grow: in memory while a node runs, and on its platter for ever (paper §5.1). */
public final class TermsGrow implements Property {
  private final Watermark inMemory = new Watermark(this, "the term");
  private final Watermark durable = new Watermark(this, "the durable term");

  @Override
  public void onStarted(NodeView node) {
    durable.raise(node, node.platter().hardState().term());
    inMemory.restart(node, node.platter().hardState().term());
    inMemory.raise(node, node.status().term());
  }

  @Override
  public void onWiped(NodeView node) {
    durable.restart(node, 0);
  }

  @Override
  public void onStepped(NodeView node) {
    inMemory.raise(node, node.status().term());
  }

  @Override
  public void onDurable(NodeView node, PersistBatch batch) {
    durable.raise(node, node.platter().hardState().term());
  }
}
