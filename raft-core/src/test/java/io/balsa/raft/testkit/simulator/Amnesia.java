package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Standing;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.simulator.SimNetwork.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * A voter helps to commit a change that makes a learner of it, and loses its disk. Those who heard nothing of the change still
 * count on its vote, and are a majority with it: had it forgotten, they would elect one of them.
 */
final class Amnesia<S extends StateMachine<?>> {
  private static final int LOOKS = 100;

  private final Simulation<S> simulation;
  private final FaultSeason<S> season;
  private final NetworkFaults<S> network;
  private final DiskLoss<S> diskLoss;

  /** The parts that nodes play. */
  private record Cast<S extends StateMachine<?>>(
      SimNode<S> leader, List<NodeId> unaware, SimNode<S> forgetful, List<NodeId> aware) {}

  Amnesia(Simulation<S> simulation, FaultSeason<S> season, NetworkFaults<S> network) {
    this.simulation = simulation;
    this.season = season;
    this.network = network;
    this.diskLoss = new DiskLoss<>(simulation);
  }

  void begin() {
    cast()
        .ifPresent(
            cast -> {
              season.begins(Reached.AMNESIA, cast.forgetful().id() + " is to forget its vote");
              network.cutOff(cast.unaware());
              demote(cast);
              when(() -> isLearner(cast.forgetful().id()), () -> forget(cast));
            });
  }

  private Optional<Cast<S>> cast() {
    Membership membership = simulation.membership().membership();
    Optional<SimNode<S>> leader =
        season.nodes().stream()
            .filter(node -> node.isLeader() && membership.voters().contains(node.id()))
            .findFirst();
    boolean ready =
        leader.isPresent()
            && !membership.isJoint()
            && membership.voters().size() >= 3
            && DiskLoss.blank(simulation).stream().noneMatch(membership.voters()::contains);
    if (!ready) {
      return Optional.empty();
    }
    List<NodeId> others = new ArrayList<>();
    for (NodeId voter : membership.voters()) {
      if (!voter.equals(leader.get().id())) {
        others.add(season.random().nextInt(others.size() + 1), voter);
      }
    }
    int unaware = membership.voters().size() / 2;
    if (unaware >= others.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new Cast<>(
            leader.get(),
            others.subList(0, unaware),
            simulation.get(others.get(unaware)),
            others.subList(unaware + 1, others.size())));
  }

  private void demote(Cast<S> cast) {
    SortedSet<NodeId> voters = new TreeSet<>(cast.aware());
    voters.add(cast.leader().id());
    SortedSet<NodeId> learners = new TreeSet<>(List.of(cast.forgetful().id()));
    MembershipChange change = new MembershipChange(Optional.empty(), voters, learners, false);
    season.note(cast.leader().id() + " is asked for " + change);
    cast.leader().requests().change(change, outcome -> {});
  }

  private boolean isLearner(NodeId node) {
    return simulation.membership().membership().isMerelyLearner(node);
  }

  private void forget(Cast<S> cast) {
    SimNode<S> node = cast.forgetful();
    if (node.isRunning()) {
      node.crash("");
      boolean lost = diskLoss.lose(node);
      season.later(season.between(1, 50), node::restart);
      if (lost) {
        when(
            () -> node.isRunning() && node.status().standing() == Standing.MEMBER,
            () -> tempt(cast));
      }
    }
  }

  /** It has been taken in, and is left alone with those who know nothing. */
  private void tempt(Cast<S> cast) {
    List<NodeId> old = new ArrayList<>(cast.unaware());
    old.add(cast.forgetful().id());
    season.note(old + " are left to themselves");
    List<Link> among = Links.between(cast.unaware(), List.of(cast.forgetful().id()));
    simulation.network().heal(among::contains);
    network.cutOff(old);
    for (NodeId id : old) {
      simulation.get(id).feed(new Input.PeerUnreachable(cast.leader().id()));
    }
  }

  /** Unless it takes too long. */
  private void when(BooleanSupplier condition, Runnable action) {
    when(condition, action, LOOKS);
  }

  private void when(BooleanSupplier condition, Runnable action, int looks) {
    if (condition.getAsBoolean()) {
      action.run();
    } else if (looks > 0) {
      season.later(simulation.swarm().electionNanos / 20, () -> when(condition, action, looks - 1));
    }
  }
}
