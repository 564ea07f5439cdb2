package io.balsa.raft.testkit.simulator;

import java.util.Arrays;
import java.util.List;

/**
 * The places where the simulated driver can die: one for each step between two states that a recovery could tell apart. The
 * last part of a name says what is done, or not yet.
 */
public enum CrashPoint {
  // The loop.
  INPUT_TAKEN,
  STEPPED_NOT_WRITTEN,
  WRITE_HANDED_OVER,
  SENDS_HALF_OUT,
  SENDS_OUT,
  READY_CARRIED_OUT,

  // What the batch that was handed over holds; nothing of it is durable.
  HARD_STATE_HANDED_OVER,
  TRUNCATION_HANDED_OVER,
  RESET_HANDED_OVER,
  COMPACTION_HANDED_OVER,
  MEMBERSHIP_HANDED_OVER,

  // The disk.
  FLUSH_ENDS,
  FLUSH_HALF_TOLD,
  HARD_STATE_DURABLE,
  TRUNCATION_DURABLE,
  RESET_DURABLE,
  COMPACTION_DURABLE,
  MEMBERSHIP_DURABLE,
  SENDS_HALF_RELEASED,
  SENDS_RELEASED_NOT_REPORTED,
  DURABLE_REPORTED,

  // What the core became.
  CANDIDACY_BEGUN,
  ELECTION_WON,
  STEPPED_DOWN,
  VOTE_LEFT,
  COMMIT_ADVANCED,
  HANDOVER_SENT,

  // The applier.
  APPLY_BEGINS,
  APPLY_HALF_DONE,
  APPLIED_NOT_REPORTED,
  APPLIED_REPORTED,

  // Snapshots of its own.
  SNAPSHOT_CAPTURED,
  SNAPSHOT_STORED_NOT_REPORTED,
  SNAPSHOT_REPORTED,

  // Snapshots that are sent and received.
  SNAPSHOT_READ_FOR_PEER,
  SNAPSHOT_HALF_SENT,
  SNAPSHOT_ARRIVED,
  RECEIVED_STORED_NOT_REPORTED,
  RECEIVED_REPORTED,
  INSTALL_BEGINS,
  INSTALLED_NOT_REPORTED,
  INSTALL_REPORTED,

  // Recovery.
  RECOVERY_BEGINS(Cause.RECOVERY),
  RECOVERY_LOG_READ(Cause.RECOVERY),
  RECOVERY_SNAPSHOT_RESTORED(Cause.RECOVERY),
  RECOVERY_ENDS(Cause.RECOVERY),

  // Where the node finds that it can't go on, and stops itself (fail-stop).
  STATE_MACHINE_THROWS(Cause.STATE_MACHINE),
  FLUSH_FAILS(Cause.DISK),
  WRITE_FINDS_NO_SPACE(Cause.DISK),
  READ_FAILS(Cause.DISK);

  /** Why a node dies there. */
  enum Cause {
    KILLED,
    /** Killed before it is up. */
    RECOVERY,
    STATE_MACHINE,
    DISK
  }

  private final Cause cause;

  CrashPoint() {
    this(Cause.KILLED);
  }

  CrashPoint(Cause cause) {
    this.cause = cause;
  }

  static List<CrashPoint> of(Cause cause) {
    return Arrays.stream(values()).filter(point -> point.cause == cause).toList();
  }
}
