package io.balsa.raft.protocol.log;

import io.balsa.raft.model.Invariant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/**
 * The batches that are on their way to the disk, and how far the log is durable.
 *
 * <p>A batch is acknowledged by its number, never by an index: while one write of index 12 is under way, 12 may be cut off
 * and written again, and the first write's completion must not vouch for the second (trap L13).
 *
 * <pre>
 *   batch   writes        durable through, once acknowledged
 *   #4      11 12 13      13, but only 11 after #5 was handed out
 *   #5         12'        12
 * </pre>
 */
public final class PendingWrites {
  private record Write(long persistId, long lastIndex, long handedOutAt) {}

  /** Handed out and not yet acknowledged, in order. */
  private final Deque<Write> pending = new ArrayDeque<>();

  /** The newest batch handed out. Invariant: grows by one. */
  private long latestId;

  /** The newest batch acknowledged. Invariant: never decreases, {@code ≤ latestId}. */
  private long durableId;

  /** The log as it is now is durable through here. Decreases only when a durable suffix is replaced. */
  private long persistedIndex;

  /** When something last became durable; meaningless before the first time. */
  private long progressAt;

  public PendingWrites(long persistedIndex) {
    this.persistedIndex = persistedIndex;
  }

  public long persistedIndex() {
    return persistedIndex;
  }

  /** The number of the newest batch handed out; 0 before the first. */
  public long latestId() {
    return latestId;
  }

  public boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Numbers the next batch, after which the log ends at {@code lastIndex}. */
  public long handOut(long lastIndex, long now) {
    latestId++;
    pending.add(new Write(latestId, lastIndex, now));
    return latestId;
  }

  /**
   * Since when the disk has been busy without finishing anything. A slow disk behind which writes queue up isn't one that
   * hangs: each write that becomes durable, however old, begins the wait anew.
   */
  public OptionalLong waitingSince() {
    if (pending.isEmpty()) {
      return OptionalLong.empty();
    }
    long handedOutAt = pending.peekFirst().handedOutAt();
    boolean finishedOne = durableId > 0;
    return OptionalLong.of(finishedOne ? Math.max(handedOutAt, progressAt) : handedOutAt);
  }

  /** Whatever was or will be written from {@code fromIndex} on no longer counts: the log was cut there. */
  public void truncateFrom(long fromIndex) {
    persistedIndex = Math.min(persistedIndex, fromIndex - 1);
    List<Write> clamped = new ArrayList<>(pending.size());
    for (Write write : pending) {
      long lastIndex = Math.min(write.lastIndex(), fromIndex - 1);
      clamped.add(new Write(write.persistId(), lastIndex, write.handedOutAt()));
    }
    pending.clear();
    pending.addAll(clamped);
  }

  /** The batch of this number and all before it are durable. */
  public void onPersisted(long persistId, long now) {
    Invariant.check(
        persistId <= latestId,
        "batch #%d is durable, only #%d was handed out",
        persistId,
        latestId);
    Invariant.check(persistId >= durableId, "batch #%d is durable after #%d", persistId, durableId);
    durableId = persistId;
    progressAt = now;
    while (!pending.isEmpty() && pending.peekFirst().persistId() <= persistId) {
      persistedIndex = Math.max(persistedIndex, pending.removeFirst().lastIndex());
    }
  }
}
