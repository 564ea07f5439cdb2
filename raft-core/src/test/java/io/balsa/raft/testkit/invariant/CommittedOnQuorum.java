package io.balsa.raft.testkit.invariant;

/** What is committed is on the platters of a majority: received isn't enough, and neither is written but not flushed. */
public final class CommittedOnQuorum implements Property {
  private final ClusterView cluster;
  private final CommittedLog committed;
  private long checkedThrough;

  CommittedOnQuorum(ClusterView cluster, CommittedLog committed) {
    this.cluster = cluster;
    this.committed = committed;
  }

  @Override
  public void onStepped(NodeView node) {
    if (committed.lastIndex() == checkedThrough) {
      return;
    }
    checkedThrough = committed.lastIndex();
    PropertyViolation.check(
        committed.isOnQuorum(cluster),
        this,
        "%s commits %s in term %d, and no majority holds it durably",
        node.id(),
        committed.last(),
        node.status().term());
  }
}
