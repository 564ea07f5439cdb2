package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.protocol.Ready;
import java.util.Optional;

/** What is committed never changes, and no crash takes it from the majority that holds it. */
public final class CommittedStays implements Property {
  private final ClusterView cluster;
  private final CommittedLog committed;

  CommittedStays(ClusterView cluster, CommittedLog committed) {
    this.cluster = cluster;
    this.committed = committed;
  }

  /** Nothing that this node knows to be committed is overwritten. */
  @Override
  public void onReady(NodeView node, Ready ready) {
    if (ready.persist().isEmpty()) {
      return;
    }
    PersistBatch batch = ready.persist().get();
    batch
        .resetTo()
        .ifPresent(
            meta ->
                PropertyViolation.check(
                    committed.holds(meta.last()),
                    this,
                    "%s resets its log to %s, which isn't committed",
                    node.id(),
                    meta.last()));
    long known = Math.min(node.status().commitIndex(), committed.lastIndex());
    for (Entry entry : batch.entries()) {
      if (entry.index() > known) {
        return;
      }
      PropertyViolation.check(
          committed.holds(entry.id()),
          this,
          "%s writes %s over the committed %s",
          node.id(),
          entry.id(),
          committed.describe(entry.index()));
    }
  }

  /** Each node's commit index names what everyone else's names. */
  @Override
  public void onStepped(NodeView node) {
    Optional<EntryId> id = node.cache().idAt(node.status().commitIndex());
    PropertyViolation.check(
        id.isEmpty() || committed.holds(id.get()),
        this,
        "%s says that %s is committed, but it is %s",
        node.id(),
        id,
        committed.describe(node.status().commitIndex()));
  }

  @Override
  public void onDurable(NodeView node, PersistBatch batch) {
    checkQuorum(node);
  }

  @Override
  public void onCrashed(NodeView node) {
    checkQuorum(node);
  }

  private void checkQuorum(NodeView node) {
    PropertyViolation.check(
        committed.lastIndex() == 0 || committed.isOnQuorum(cluster),
        this,
        "%s was committed and is no longer on a majority of the platters, since %s changed",
        committed.last(),
        node.id());
  }
}
