package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.NodeId;
import java.util.Map;
import java.util.TreeMap;

/** A number of each node that may only grow while the node runs. */
final class Watermark {
  private final Property property;
  private final String what;
  private final Map<NodeId, Long> highest = new TreeMap<>();

  Watermark(Property property, String what) {
    this.property = property;
    this.what = what;
  }

  void restart(NodeView node, long value) {
    highest.put(node.id(), value);
  }

  void raise(NodeView node, long value) {
    long before = highest.getOrDefault(node.id(), 0L);
    PropertyViolation.check(
        value >= before, property, "%s of %s went from %d to %d", what, node.id(), before, value);
    highest.put(node.id(), value);
  }
}
