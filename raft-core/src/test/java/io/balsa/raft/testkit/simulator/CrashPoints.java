package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Kills nodes at exact places: a trap waits at a point until its victim passes. */
final class CrashPoints {
  /** Unwinds what the node was doing; the event ends there. */
  static final class SimulatedCrash extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final SimulatedCrash INSTANCE = new SimulatedCrash();

    private SimulatedCrash() {
      super("simulated", null, false, false);
    }
  }

  private record Trap(Optional<NodeId> victim, Consumer<NodeId> afterwards) {}

  private final Map<CrashPoint, Trap> traps = new EnumMap<>(CrashPoint.class);
  private final SortedMap<CrashPoint, Long> deaths = new TreeMap<>();

  CrashPoints() {
    for (CrashPoint point : CrashPoint.values()) {
      deaths.put(point, 0L);
    }
  }

  /**
   * A point holds one trap at a time, the newest.
   *
   * @param victim whoever comes first, if empty
   * @param afterwards told who died, for instance to restart it
   */
  void arm(CrashPoint point, Optional<NodeId> victim, Consumer<NodeId> afterwards) {
    traps.put(point, new Trap(victim, afterwards));
  }

  void disarm() {
    traps.clear();
  }

  /** The node is at this point. Doesn't return if that kills it. */
  void pass(CrashPoint point, SimNode<?> node) {
    Trap trap = traps.get(point);
    if (trap == null || !trap.victim().map(node.id()::equals).orElse(true)) {
      return;
    }
    traps.remove(point);
    deaths.merge(point, 1L, Long::sum);
    node.crash("at " + point);
    trap.afterwards().accept(node.id());
    throw SimulatedCrash.INSTANCE;
  }

  /** How often each point killed somebody. */
  SortedMap<CrashPoint, Long> deaths() {
    return deaths;
  }
}
