package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What could elect another leader while the old one, cut off, still believes in its lease: each ends the others' patience early,
 * and then it is their promise that must hold.
 */
final class LeaseFaults<S extends StateMachine<?>> {
  private final Simulation<S> simulation;
  private final FaultSeason<S> season;

  private final NetworkFaults<S> network;
  private final Rivals<S> rivals;

  LeaseFaults(
      Simulation<S> simulation, FaultSeason<S> season, NetworkFaults<S> network, Rivals<S> rivals) {
    this.simulation = simulation;
    this.season = season;
    this.network = network;
    this.rivals = rivals;
  }

  List<Runnable> kinds() {
    List<Runnable> kinds =
        new ArrayList<>(
            List.of(
                this::reset,
                this::keepMinority,
                this::answerLate,
                this::restartFollowers,
                this::transferAndCut));
    if (simulation.swarm().has(FaultKind.DRIFTS)) {
      kinds.add(() -> driftApart(this::reset));
      kinds.add(() -> driftApart(this::keepMinority));
    }
    return kinds;
  }

  private Optional<SimNode<S>> leader() {
    return simulation.nodes().stream().filter(SimNode::isLeader).findFirst();
  }

  private List<SimNode<S>> allBut(SimNode<S> one) {
    return simulation.nodes().stream().filter(node -> node != one && node.isRunning()).toList();
  }

  /** All connections of the leader are reset and refused, as if its process were gone. */
  private void reset() {
    leader()
        .ifPresent(
            leader -> {
              simulation.reached(Reached.LEADER_RESET);
              network.isolate(leader.id());
              loseHope(leader, allBut(leader));
            });
  }

  /** As if the leader's process were gone, but a minority stays with it. */
  private void keepMinority() {
    leader()
        .ifPresent(
            leader -> {
              List<SimNode<S>> others = allBut(leader);
              int voters = leader.status().membership().membership().voters().size();
              int kept = Math.min(Math.max(0, (voters - 1) / 2 - 1), others.size());
              List<SimNode<S>> lost = others.subList(kept, others.size());
              simulation.reached(Reached.LEADER_KEEPS_MINORITY);
              network.cutOff(lost.stream().map(SimNode::id).toList());
              loseHope(leader, lost);
            });
  }

  /** Answers take long to reach the leader; while some are on their way, it goes mute, and the others see its process gone. */
  private void answerLate() {
    leader()
        .ifPresent(
            leader -> {
              long election = simulation.swarm().electionNanos;
              long late = election / 4 + season.random().nextLong(election);
              simulation.reached(Reached.LATE_ANSWERS);
              network.answerLate(leader.id(), late);
              season.later(
                  late + season.random().nextLong(election),
                  () -> {
                    network.mute(leader.id());
                    loseHope(leader, allBut(leader));
                  });
            });
  }

  /** The leader's clock runs as slowly as it may, all others' as fast as they may; then something else happens. */
  private void driftApart(Runnable then) {
    leader()
        .ifPresent(
            leader -> {
              simulation.reached(Reached.DRIFTED_APART);
              leader.drift(-SimClock.DRIFT_PPM_MAX);
              allBut(leader).forEach(node -> node.drift(SimClock.DRIFT_PPM_MAX));
              season.later(season.random().nextLong(simulation.swarm().electionNanos), then);
            });
  }

  private void loseHope(SimNode<S> leader, List<SimNode<S>> nodes) {
    nodes.forEach(node -> node.feed(new Input.PeerUnreachable(leader.id())));
    rivals.watch();
  }

  /** Those who promised the leader something are somebody else for a moment. */
  private void restartFollowers() {
    leader()
        .ifPresent(
            leader -> {
              simulation.reached(Reached.FOLLOWERS_RESTARTED);
              network.isolate(leader.id());
              rivals.watch();
              for (SimNode<S> follower : allBut(leader)) {
                follower.crash("");
                season.later(season.between(1, 50), follower::restart);
              }
            });
  }

  /** The leader tells another to campaign, and is not heard of again. */
  private void transferAndCut() {
    leader()
        .ifPresent(
            leader -> {
              List<SimNode<S>> others = allBut(leader);
              if (!others.isEmpty()) {
                simulation.reached(Reached.TRANSFER_AND_CUT);
                NodeId heir = others.get(season.random().nextInt(others.size())).id();
                leader.feed(new Input.TransferLeadership(heir));
                season.later(
                    season.random().nextLong(3 * simulation.swarm().delayNanos),
                    () -> {
                      network.isolate(leader.id());
                      rivals.watch();
                    });
              }
            });
  }
}
