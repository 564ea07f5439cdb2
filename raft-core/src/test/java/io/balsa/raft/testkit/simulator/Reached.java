package io.balsa.raft.testkit.simulator;

/** What a batch of runs should have reached: a counter at zero means that something was never tried. */
public enum Reached {
  CRASH,
  CRASH_WHILE_WRITING,
  CRASH_KEEPS_UNSYNCED,
  RESTART,
  RECOVERY_FROM_SNAPSHOT_ONLY,
  PAUSE,
  SPLIT,
  ISOLATED,
  ONE_WAY_CUT,
  BRIDGE,
  DROP,
  DUPLICATE,
  LONG_DELAY,
  DISK_STALL,
  DRIFT,
  TRANSFER,
  TRUE_HINT,
  FALSE_HINT,
  SNAPSHOT_TAKEN,
  SNAPSHOT_SENT,
  SNAPSHOT_FAILED,
  SNAPSHOT_INSTALLED,
  APPEND_NOT_FILLED,
  LEADER,
  WRITE_COMMITTED,
  WRITE_REJECTED,
  WRITE_UNKNOWN,
  READ_SERVED,
  READ_FAILED
}
