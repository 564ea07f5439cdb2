package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.Ready;

/** A leader never overwrites or deletes entries in its log; it only appends new ones (paper Figure 3). */
public final class AppendOnlyLeader implements Property {
  @Override
  public void onReady(NodeView node, Ready ready) {
    if (node.status().role() == Role.LEADER && ready.persist().isPresent()) {
      checkAppends(node, ready.persist().get());
    }
  }

  private void checkAppends(NodeView leader, PersistBatch batch) {
    // One batch may hold what the node received as a follower and its own first entry as the
    // leader.
    boolean ledThroughout =
        batch.hardState().isEmpty() && leader.cache().last().term() == leader.status().term();
    if (!ledThroughout) {
      return;
    }
    PropertyViolation.check(
        batch.resetTo().isEmpty(), this, "leader %s resets its log", leader.id());
    PropertyViolation.check(
        batch.entries().isEmpty()
            || batch.entries().get(0).index() == leader.cache().lastIndex() + 1,
        this,
        "leader %s writes %s over a log that ends at %s",
        leader.id(),
        batch.entries().isEmpty() ? "nothing" : batch.entries().get(0).id(),
        leader.cache().last());
  }
}
