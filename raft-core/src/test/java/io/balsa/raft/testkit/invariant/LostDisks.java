package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.HardState;
import io.balsa.raft.model.NodeId;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was on the disks that nodes have lost. While the new disk is blank the node takes no part, so nobody can be elected or
 * commit anything with its help that the old disk would have prevented: the old one still counts.
 */
final class LostDisks implements Property {
  private final Map<NodeId, LogImage> lost = new TreeMap<>();

  @Override
  public void onWiped(NodeView node) {
    lost.put(node.id(), platterOf(node).copy());
  }

  /** Whether the node ever lost a disk. */
  boolean hasLost(NodeId node) {
    return lost.containsKey(node);
  }

  /** The node's platter, or the one that it lost. */
  LogImage platterOf(NodeView node) {
    LogImage platter = node.platter();
    boolean blank = platter.hardState().equals(HardState.INITIAL) && platter.lastIndex() == 0;
    return blank ? lost.getOrDefault(node.id(), platter) : platter;
  }
}
