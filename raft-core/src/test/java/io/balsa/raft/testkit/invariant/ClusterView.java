package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.NodeId;
import java.util.List;

/** All nodes of a cluster under test, running or not. */
public interface ClusterView {
  List<? extends NodeView> nodes();

  default NodeView node(NodeId id) {
    for (NodeView node : nodes()) {
      if (node.id().equals(id)) {
        return node;
      }
    }
    throw new IllegalArgumentException("no node is called " + id);
  }
}
