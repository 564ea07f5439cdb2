package io.balsa.raft.testkit.simulator;

import java.util.Locale;

/** What can go wrong in a run. Each is off in half of the runs, because too many at once hide bugs from each other. */
enum FaultKind {
  // Processes.
  CRASHES,
  CRASH_POINTS,
  CRASH_LOOPS,
  PAUSES,
  STROBES,
  STALLED_PARTS,
  BROKEN_STATE_MACHINES,
  GRACEFUL_STOPS,

  // Networks.
  PARTITIONS,
  PARTIAL_GRAPHS,
  LOSS_BURSTS,
  SLOW_LINKS,
  REPLAYS,
  HALF_OPEN_LINKS,
  FLAPPING_LINKS,
  CUT_SNAPSHOTS,
  /** Nodes are told that a peer is gone, rightly or not. */
  HINTS,

  // Disks.
  DISK_STALLS,
  SLOW_DISKS,
  DISK_ERRORS,
  /** Some of those that crash come back with a blank disk. */
  LOST_DISKS,

  // Clocks.
  DRIFTS,
  CLOCK_JUMPS,

  // Leadership.
  TRANSFERS,
  TRANSFER_STORMS,
  ELECTION_STORMS;

  /** By which a run can leave the kind out; see {@link Extent}. */
  String switchName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
