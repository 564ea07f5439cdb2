package io.balsa.raft.spi;

import io.balsa.raft.model.EntryId;

/**
 * A state machine that keeps its own state on disk, together with how far it has applied, in one atomic write. No snapshot
 * is written for its own sake: the log is compacted behind what the state has flushed, and a follower that fell behind is
 * sent a capture made for it.
 */
public interface DurableStateMachine<R> extends StateMachine<R> {

  /**
   * The last entry that the recovered state contains; {@link EntryId#ZERO} for a new one. Called once, before anything
   * else; entries after it are applied again.
   */
  EntryId lastApplied();

  /**
   * Makes everything applied so far durable. Called on the apply thread, now and then, before the log is compacted.
   *
   * @return the last entry that is durable in the state
   */
  EntryId flush();
}
