package io.balsa.raft.failpoint;

/** The failpoints of the driver and of the stores in files. */
public enum RaftFailpoint implements Failpoint {
  LOG_BEFORE_WRITE("a batch is about to be handed to the log store"),
  LOG_AFTER_WRITE("a batch is durable; nobody has been told"),
  LOG_AFTER_SEND(
      "the messages that waited for a batch are sent; the protocol isn't told that it is durable"),
  LOG_BEFORE_COMPACT("the log is about to be compacted"),
  LOG_AFTER_COMPACT("the log has been compacted"),
  GROUP_BEFORE_OPEN("a group is about to be recovered"),
  GROUP_AFTER_RECOVERY("a group is recovered; it doesn't take part yet"),
  APPLY_BEFORE("committed entries are about to be given to the state machine"),
  APPLY_AFTER("the state machine has them; nobody is answered"),
  APPLY_AFTER_ANSWERS("proposals are answered; the protocol isn't told what is applied"),
  MEMBERSHIP_BEFORE_APPLIED("a change of membership is committed; the applier doesn't know it yet"),
  MEMBERSHIP_AFTER_APPLIED("the applier knows it; who asked for it isn't answered"),
  SNAPSHOT_BEFORE_TAKEN("an own snapshot, or a flush in its place, is about to be made"),
  SNAPSHOT_AFTER_TAKEN("it is made; the protocol isn't told, so the log isn't compacted"),
  SNAPSHOT_BEFORE_SENT_CHUNK("a chunk of a snapshot is about to be sent"),
  SNAPSHOT_AFTER_SENT("a peer has stored a snapshot; the protocol isn't told"),
  SNAPSHOT_BEFORE_RECEIVED_CHUNK("a received chunk is about to be written"),
  SNAPSHOT_BEFORE_COMMIT("all chunks of a received snapshot are written, but it isn't committed"),
  SNAPSHOT_AFTER_COMMIT("a received snapshot is durable; neither leader nor protocol is told"),
  SNAPSHOT_BEFORE_INSTALL("the state machine is about to become a received snapshot"),
  SNAPSHOT_AFTER_INSTALL("it has become that; nobody is told"),
  SNAPSHOT_FILE_BEFORE_SYNC("a snapshot's file is written, but not synced"),
  SNAPSHOT_FILE_BEFORE_RENAME("it is synced, but doesn't have its name yet"),
  SNAPSHOT_FILE_AFTER_RENAME("it has its name; its directory isn't synced"),
  FILE_LOG_BEFORE_FLUSH("records are collected, but not in the file"),
  FILE_LOG_BEFORE_SYNC("records are in the file, but not synced"),
  FILE_LOG_AFTER_SYNC("records are synced; the mark of the log's end isn't moved"),
  FILE_LOG_BEFORE_RENAME("a new segment is whole, but doesn't have its name yet"),
  FILE_LOG_BEFORE_SEAL("a new segment has its name; the one before isn't sealed");

  private final String meaning;

  RaftFailpoint(String meaning) {
    this.meaning = meaning;
  }

  @Override
  public String meaning() {
    return meaning;
  }
}
