package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Disks that stall, crawl or fail. What a crash leaves of what they hold is the business of {@link SimDisk}. */
final class DiskFaults<S extends StateMachine<?>> {
  private final Simulation<S> simulation;
  private final FaultSeason<S> season;
  private final Consumer<NodeId> afterFailure;

  DiskFaults(Simulation<S> simulation, FaultSeason<S> season, Consumer<NodeId> afterFailure) {
    this.simulation = simulation;
    this.season = season;
    this.afterFailure = afterFailure;
  }

  void stall() {
    SimNode<S> node = season.interestingNode();
    season.begins(Reached.DISK_STALL, "the disk of " + node.id() + " stalls");
    node.disk().stall(season.between(50, 3_000));
  }

  /** Ten to a hundred times as long for each flush, for a while. */
  void slowDown() {
    SimNode<S> node = season.interestingNode();
    season.begins(Reached.DISK_SLOW, "the disk of " + node.id() + " is slow");
    node.disk().slowDown(10 + season.random().nextInt(90), season.between(500, 5_000));
  }

  /** The next flush, write or read that fails stops its node. */
  void fail() {
    List<CrashPoint> points = CrashPoint.of(CrashPoint.Cause.DISK);
    CrashPoint point = points.get(season.random().nextInt(points.size()));
    simulation.crashPoints().arm(point, Optional.empty(), afterFailure);
  }
}
