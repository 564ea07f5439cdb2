package io.balsa.examples.simulate;

import io.balsa.kv.state.SimulatedKv;
import io.balsa.raft.testkit.simulator.SessionSubject;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.transport.netty.wire.SimulatedWire;
import java.util.Locale;

/** What the simulated clusters replicate. */
enum Workload {
  /** Writes and reads of a few registers. */
  REGISTER(SimOptions.DEFAULT),
  /** The same, and clients with sessions, whose commands take effect once. */
  SESSION(SimOptions.of(SessionSubject.SUBJECT)),
  /** The store, with real commands. */
  KV(SimOptions.of(SimulatedKv.SUBJECT));

  private final SimOptions<?> options;

  Workload(SimOptions<?> options) {
    this.options = options.withWire(SimulatedWire::new);
  }

  SimOptions<?> options() {
    return options;
  }

  /** How runs of it are repeated. */
  Replay replay() {
    return this == REGISTER ? new Replay("") : new Replay("--workload " + this + " ");
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
