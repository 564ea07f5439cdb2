package io.balsa.raft.testkit.simulator;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.StateMachine;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Changes the membership now and then, wisely or not: one node or many, with and without the guards, also the leader. */
final class Operator<S extends StateMachine<?>> {
  private final Simulation<S> simulation;
  private final SplittableRandom random;
  private boolean atWork;

  Operator(Simulation<S> simulation, SplittableRandom random) {
    this.simulation = simulation;
    this.random = random;
  }

  void begin() {
    if (simulation.swarm().churn) {
      atWork = true;
      scheduleNext();
    }
  }

  /** From here on the membership changes no more, except that a joint one is left. */
  void end() {
    atWork = false;
    simulation.nodes().forEach(SimNode::withdrawChanges);
  }

  private void scheduleNext() {
    simulation
        .queue()
        .after(
            1 + random.nextLong(2 * simulation.swarm().changeEveryNanos),
            () -> {
              if (atWork) {
                if (simulation.quietNanos() == 0) {
                  choose().ifPresent(this::ask);
                }
                scheduleNext();
              }
            });
  }

  /** Who believes to lead, or now and then anyone. */
  private Optional<SimNode<S>> choose() {
    boolean anyone = random.nextInt(8) == 0;
    List<SimNode<S>> asked =
        simulation.nodes().stream()
            .filter(node -> node.isRunning() && (anyone || node.isLeader()))
            .toList();
    return asked.isEmpty()
        ? Optional.empty()
        : Optional.of(asked.get(random.nextInt(asked.size())));
  }

  private void ask(SimNode<S> asked) {
    MembershipEntry current = asked.status().membership();
    SortedSet<NodeId> voters = new TreeSet<>(current.membership().voters());
    SortedSet<NodeId> learners = new TreeSet<>(current.membership().learners());
    int moves = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(simulation.nodes().size());
    for (int i = 0; i < moves; i++) {
      move(asked.id(), voters, learners);
    }
    // A node without its disk is no voter to rely on.
    voters.removeAll(DiskLoss.blank(simulation));
    if (!voters.isEmpty()) {
      boolean guarded = random.nextInt(3) > 0;
      SortedSet<NodeId> promotable = new TreeSet<>(current.membership().promotable());
      promotable.retainAll(learners);
      if (random.nextInt(3) == 0) {
        learners.stream().filter(learner -> random.nextBoolean()).forEach(promotable::add);
      }
      promotable.removeAll(DiskLoss.blank(simulation));
      ask(asked, new MembershipChange(expected(current), voters, learners, promotable, guarded));
    }
  }

  private Optional<EntryId> expected(MembershipEntry current) {
    return switch (random.nextInt(8)) {
      case 0 -> Optional.of(EntryId.ZERO);
      case 1, 2, 3 -> Optional.of(current.id());
      default -> Optional.empty();
    };
  }

  private void move(NodeId leader, SortedSet<NodeId> voters, SortedSet<NodeId> learners) {
    Optional<NodeId> outsider =
        any(
            simulation.nodes().stream()
                .map(SimNode::id)
                .filter(node -> !voters.contains(node) && !learners.contains(node))
                .toList());
    Optional<NodeId> voter = random.nextInt(4) == 0 ? Optional.of(leader) : any(voters);
    Optional<NodeId> learner = any(learners);
    switch (random.nextInt(8)) {
      case 0, 1 -> outsider.ifPresent(learners::add);
      case 2, 3 -> learner.ifPresent(node -> shift(node, learners, voters));
      case 4 -> voter.filter(voters::contains).ifPresent(node -> shift(node, voters, learners));
      case 5 -> voter.ifPresent(voters::remove);
      case 6 -> learner.ifPresent(learners::remove);
      default -> {
        outsider.ifPresent(voters::add);
        voter.filter(node -> random.nextBoolean()).ifPresent(voters::remove);
      }
    }
  }

  private static void shift(NodeId node, SortedSet<NodeId> from, SortedSet<NodeId> to) {
    from.remove(node);
    to.add(node);
  }

  private Optional<NodeId> any(Collection<NodeId> nodes) {
    return nodes.isEmpty()
        ? Optional.empty()
        : nodes.stream().skip(random.nextInt(nodes.size())).findFirst();
  }

  private void ask(SimNode<S> asked, MembershipChange change) {
    simulation.trace().note("operator", "asks " + asked.id() + " for " + change);
    asked
        .requests()
        .change(
            change,
            outcome -> {
              if (outcome instanceof Outcome.Rejected<Object>) {
                simulation.reached(Reached.CHANGE_REJECTED);
              }
            });
  }

  /** Asks whoever leads to have all nodes vote, and nothing else. Returns whether that is so already. */
  boolean bringAllBack() {
    SortedSet<NodeId> all =
        simulation.nodes().stream().map(SimNode::id).collect(Collectors.toCollection(TreeSet::new));
    boolean back = simulation.membership().membership().equals(Membership.ofVoters(all));
    if (back && DiskLoss.blank(simulation).isEmpty()) {
      return true;
    }
    MembershipChange change = nextTowards(all);
    simulation.nodes().stream().filter(SimNode::isLeader).forEach(leader -> ask(leader, change));
    return false;
  }

  /** Who isn't a voter yet, or has lost its disk, becomes a learner first. */
  private MembershipChange nextTowards(SortedSet<NodeId> all) {
    Membership current = simulation.membership().membership();
    SortedSet<NodeId> voters = new TreeSet<>(current.voters());
    voters.removeAll(DiskLoss.blank(simulation));
    SortedSet<NodeId> learners = new TreeSet<>(all);
    learners.removeAll(voters);
    boolean ready =
        voters.equals(current.voters())
            && learners.equals(current.learners())
            && DiskLoss.blank(simulation).isEmpty();
    return ready
        ? new MembershipChange(Optional.empty(), all, new TreeSet<>(), false)
        : new MembershipChange(Optional.empty(), voters, learners, false);
  }
}
