package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Entry;

/** What a node applies is on its own platter: a state machine is never ahead of its own log, whatever a crash takes. */
public final class AppliedIsDurable implements Property {
  @Override
  public void onApplied(NodeView node, Entry entry) {
    PropertyViolation.check(
        node.platter().holdsCommitted(entry.id()),
        this,
        "%s applies %s, but its platter ends at %s",
        node.id(),
        entry.id(),
        node.platter().last());
  }
}
