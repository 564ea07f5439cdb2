package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.testkit.invariant.Invariants;

/** What the parts of a run share. */
interface World {
  EventQueue queue();

  Swarm swarm();

  EventTrace trace();

  Invariants invariants();

  ChangeWatch changes();

  /** Whether all commands so far are of one size. */
  boolean hasEvenCommands();

  boolean has(PlantedBug bug);

  void reached(Reached what);

  /** The node is at this point; if it is to die there, this doesn't return. */
  void pass(CrashPoint point, SimNode<?> node);

  /** The node stood still, or is told that a peer is gone: it may send more than it would else. */
  void onDisturbed(NodeId node);

  /** A batch is on the node's platter. */
  void onDurable(NodeId node, PersistBatch batch);

  /** A node's state machine captured its state. */
  void onCaptured(NodeId node, long appliedIndex, byte[] state);
}
