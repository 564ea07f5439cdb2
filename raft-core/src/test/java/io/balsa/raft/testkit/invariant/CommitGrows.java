package io.balsa.raft.testkit.invariant;

/** A node's commit index only grows while it runs (paper Figure 2). */
public final class CommitGrows implements Property {
  private final Watermark commit = new Watermark(this, "the commit index");

  @Override
  public void onStarted(NodeView node) {
    commit.restart(node, node.status().commitIndex());
  }

  @Override
  public void onStepped(NodeView node) {
    commit.raise(node, node.status().commitIndex());
  }
}
