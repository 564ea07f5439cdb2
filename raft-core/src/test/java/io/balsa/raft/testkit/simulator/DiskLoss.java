package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Standing;
import io.balsa.raft.protocol.quorum.JointQuorum;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Nodes that come back under their old name with a blank disk. They must take no part until they are taken in as learners; so
 * a disk is lost only where all others are quorum enough in every membership that could be in force. Not all initial voters
 * are blank at once either: they have nobody to ask whether they are new, and would begin a cluster of their own.
 */
final class DiskLoss<S extends StateMachine<?>> {
  private final Simulation<S> simulation;

  DiskLoss(Simulation<S> simulation) {
    this.simulation = simulation;
  }

  /** Takes the disk of a node that is down. Returns whether that was possible. */
  boolean lose(SimNode<S> node) {
    simulation.nodes().forEach(SimNode::withdrawChanges);
    if (node.isRunning() || !canSpare(node.id())) {
      return false;
    }
    simulation.trace().note(node.id().value(), "loses its disk");
    simulation.reached(Reached.DISK_LOST);
    node.loseDisk();
    return true;
  }

  private boolean canSpare(NodeId node) {
    Set<NodeId> lost = new TreeSet<>(blank(simulation));
    lost.add(node);
    List<Membership> electable = simulation.electableOrSent();
    // Who may become a voter at any time is one already, as far as the others' quorum is concerned.
    boolean couldAsk = !lost.containsAll(simulation.initial().voters());
    return couldAsk
        && electable.stream().anyMatch(membership -> membership.contains(node))
        && electable.stream().noneMatch(membership -> membership.promotable().contains(node))
        && electable.stream()
            .map(JointQuorum::new)
            .allMatch(quorum -> quorum.isMetBy(voter -> !lost.contains(voter)));
  }

  /** The nodes that take no part because of their disks; also those that never did. */
  static Set<NodeId> blank(Simulation<?> simulation) {
    Set<NodeId> blank = new TreeSet<>();
    for (SimNode<?> node : simulation.nodes()) {
      if (node.hasBlankDisk() || node.status().standing() != Standing.MEMBER) {
        blank.add(node.id());
      }
    }
    return blank;
  }
}
