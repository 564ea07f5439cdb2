package io.balsa.raft.testkit.simulator;

/**
 * Bugs that a driver, a disk or a network could have, built into the simulated ones: each must be found, or a clean run
 * proves nothing.
 */
public enum PlantedBug {
  SENDS_BEFORE_PERSIST("votes and acknowledgements leave before their write is durable"),
  PERSISTED_BEFORE_DURABLE("the core is told of a write as soon as it is handed to the disk"),
  VOTE_FORGOTTEN("a crash takes a durable vote with it"),
  SYNCED_TAIL_LOST("a crash takes the last durable entries with it"),
  FLUSH_LIES("a flush says that it is done, and the bytes aren't on the platter"),
  ENTRIES_WITHOUT_HARD_STATE("a crash tears a batch: its entries are there, its term isn't"),
  APPLIER_SKIPS_ENTRY("now and then the state machine doesn't see an entry"),
  APPLIES_TWICE("after a restart, the last entry of the snapshot is applied again"),
  READS_BEFORE_APPLIED("a read is served when it is granted, not when its index is applied"),
  READS_WITHOUT_BARRIER("whoever believes to lead serves reads at once"),
  ACKNOWLEDGES_WHEN_APPENDED("a write is acknowledged when the leader has appended it"),
  COMMITTED_BY_INDEX("a write is acknowledged when anything is applied at its index"),
  UNKNOWN_REPORTED_AS_REJECTED("a write that nobody knows about is called rejected"),
  SNAPSHOT_NAMES_LATER_ENTRY("a snapshot holds an older state than its name says"),
  COMPACTS_BEFORE_SNAPSHOT_IS_DURABLE("the log is cut before the snapshot is on the platter"),
  SNAPSHOT_WITHOUT_MEMBERSHIP("a snapshot doesn't say who is in the cluster"),
  READ_IDS_REUSED("a restarted node uses its last few read ids again"),
  CLOCKS_WORSE_THAN_DECLARED("clocks drift by more than lease reads were told to reckon with"),
  TIMER_LOST_AFTER_PAUSE("a node that was paused is never woken by its timer again"),
  SNAPSHOT_RESULT_LOST("nobody tells the leader what became of a snapshot");

  private final String explanation;

  PlantedBug(String explanation) {
    this.explanation = explanation;
  }

  public String explanation() {
    return explanation;
  }
}
