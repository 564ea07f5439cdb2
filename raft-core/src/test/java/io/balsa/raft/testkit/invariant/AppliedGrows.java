package io.balsa.raft.testkit.invariant;

/** A node's applied index only grows while it runs (paper Figure 2). */
public final class AppliedGrows implements Property {
  private final Watermark applied = new Watermark(this, "the applied index");

  @Override
  public void onStarted(NodeView node) {
    applied.restart(node, node.status().appliedIndex());
  }

  @Override
  public void onStepped(NodeView node) {
    applied.raise(node, node.status().appliedIndex());
  }
}
