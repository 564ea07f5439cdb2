package io.balsa.kv.failpoint;

import io.balsa.raft.failpoint.Failpoint;

/** The failpoints of the store. */
public enum KvFailpoint implements Failpoint {
  STATE_BEFORE_WRITE("commands are evaluated; nothing is written"),
  STATE_AFTER_WRITE("what they change is written; readers don't see it"),
  STATE_AFTER_PUBLISH("readers see it; watches and leases haven't heard of it"),
  STATE_BEFORE_FLUSH("the state is about to be flushed, so that the log may be compacted"),
  STATE_AFTER_FLUSH("it is flushed"),
  ANSWER_BEFORE("a client's command is applied; the client isn't answered"),
  COMPACTION_BEFORE_BATCH("a batch of compacted history is about to be removed"),
  COMPACTION_AFTER_BATCH("it is removed; who waits for it hasn't been told"),
  COMPACTION_BEFORE_WAKE("a compaction is applied; the thread that removes history isn't woken"),
  RESTORE_BEFORE_ACTIVATE("a received state is whole; the old one is still in its place"),
  RESTORE_AFTER_ACTIVATE("it is in place; the old one is still read from"),
  CAPTURE_AFTER_CHECKPOINT("a copy of the state is made; nothing of it is sent"),
  RECLAIM_BEFORE("files are about to be rewritten to give space back"),
  WATCH_BEFORE_LIVE("changes are about to be handed to the watches that are up to date"),
  WATCH_BEFORE_HISTORY("a watch that is behind is about to be served from history"),
  LEASE_BEFORE_EXPIRY("leases have expired; their end isn't proposed yet"),
  LEASE_BEFORE_CHECKPOINT("what leases have left is about to be proposed"),
  STOP_BEFORE_HANDOVER("a leader was asked to stop; it hasn't handed leadership over");

  private final String meaning;

  KvFailpoint(String meaning) {
    this.meaning = meaning;
  }

  @Override
  public String meaning() {
    return meaning;
  }
}
