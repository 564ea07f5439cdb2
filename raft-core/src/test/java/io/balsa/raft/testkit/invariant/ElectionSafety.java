package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.Role;
import java.util.Map;
import java.util.TreeMap;

/**
 * At most one leader can be elected in a given term (paper Figure 3). A node that restarts counts as another: what it sent
 * before its crash may differ from what it would send now.
 */
public final class ElectionSafety implements Property {
  private final Map<Long, String> leaders = new TreeMap<>();

  @Override
  public void onStepped(NodeView node) {
    if (node.status().role() != Role.LEADER) {
      return;
    }
    String leader = node.id() + " (start " + node.incarnation() + ")";
    String other = leaders.putIfAbsent(node.status().term(), leader);
    PropertyViolation.check(
        other == null || other.equals(leader),
        this,
        "%s and %s both lead term %d",
        other,
        leader,
        node.status().term());
  }
}
