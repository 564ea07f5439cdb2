package io.balsa.raft.protocol.replication;

import io.balsa.raft.model.Invariant;

/**
 * What the leader knows of one follower's log, and what it may send next.
 *
 * <pre>
 *            matched                    rejected, or unreachable
 *   PROBE ─────────────► REPLICATE ─────────────► PROBE
 *     │ entries needed are gone     │
 *     ▼                             ▼
 *   SNAPSHOT ── sent, or failed ─► PROBE
 * </pre>
 *
 * <p>PROBE: where the logs agree isn't known; one append at a time, the next after an answer or a heartbeat's. REPLICATE:
 * appends are pipelined without waiting, up to a window. SNAPSHOT: nothing is appended until the snapshot is there.
 */
public final class Progress {
  /** How appends are sent to the follower. */
  public enum Mode {
    PROBE,
    REPLICATE,
    SNAPSHOT
  }

  private final Inflights inflights;
  private Mode mode = Mode.PROBE;

  /** What the follower acknowledged, durable there and equal to the leader's log. Invariant: never decreases. */
  private long acknowledged;

  /** Acknowledgements of less count for nothing: whoever gave them as a learner may have lost its disk since. */
  private long countsFrom;

  /** The next entry to send (Figure 2). Invariant: {@code > acknowledged}. */
  private long nextIndex;

  /** In PROBE: one append is on its way, or none should be sent before a sign of life. */
  private boolean probeSent;

  /**
   * In PROBE: the least that an answer to the newest probe acknowledges. Less is an old answer, come late or twice, and says
   * nothing about where the logs agree now.
   */
  private long probeReach;

  /** The highest commit index that an append told the follower. */
  private long commitSent;

  /** When the follower was last asked what became of its appends, if ever. */
  private long askedAt;

  private boolean asked;

  /** When the follower was last heard. */
  private long contactAt;

  /**
   * @param now counts as a contact: a new leader gives everyone an election timeout to show up
   */
  public Progress(long nextIndex, InflightWindow window, long now) {
    this.nextIndex = nextIndex;
    this.probeReach = nextIndex;
    this.inflights = new Inflights(window);
    this.contactAt = now;
  }

  /** Of a follower that has forgotten what it acknowledged. */
  public Progress anew(long next, long now) {
    Progress anew = new Progress(next, inflights.window(), now);
    anew.countsFrom = countsFrom;
    return anew;
  }

  public Mode mode() {
    return mode;
  }

  /** Durable at the follower and equal to the leader's log (Figure 2), so far as that may be relied on. */
  public long matchIndex() {
    return acknowledged >= countsFrom ? acknowledged : 0;
  }

  /** What it acknowledged as yet, also if it doesn't count. */
  public long acknowledged() {
    return acknowledged;
  }

  /**
   * The follower votes from this index on. What a learner acknowledged may have been lost with its disk, and nobody was told;
   * who holds the entry that makes a voter of it will be refused without its disk.
   */
  public void countFrom(long index) {
    countsFrom = index;
  }

  /** Whether it may have less than it acknowledged, and may go on all the same. */
  public boolean mayHaveForgotten() {
    return acknowledged < countsFrom;
  }

  public long nextIndex() {
    return nextIndex;
  }

  public long commitSent() {
    return commitSent;
  }

  public long contactAt() {
    return contactAt;
  }

  public void heard(long now) {
    contactAt = now;
  }

  /** Whether nothing may be sent until the follower answers. */
  public boolean isPaused() {
    return switch (mode) {
      case PROBE -> probeSent;
      case REPLICATE -> inflights.isFull();
      case SNAPSHOT -> true;
    };
  }

  /** An append from {@code nextIndex} through {@code lastIndex} leaves; with no entries when that is less. */
  public void onAppendSent(long lastIndex, long bytes, long commitIndex) {
    commitSent = Math.max(commitSent, commitIndex);
    if (mode == Mode.PROBE) {
      probeSent = true;
      probeReach = Math.min(lastIndex, nextIndex);
    } else if (lastIndex >= nextIndex) {
      inflights.add(lastIndex, bytes);
      nextIndex = lastIndex + 1;
    }
  }

  /** The follower holds everything through the index. */
  public void onAccepted(long index) {
    boolean settled = index >= Math.max(acknowledged, probeReach);
    acknowledged = Math.max(acknowledged, index);
    nextIndex = Math.max(nextIndex, acknowledged + 1);
    inflights.freeThrough(acknowledged);
    if (settled && mode == Mode.PROBE) {
      mode = Mode.REPLICATE;
      nextIndex = acknowledged + 1;
      inflights.clear();
    }
  }

  /**
   * The follower doesn't hold the entry at {@code prevIndex}.
   *
   * @param commonIndex the highest index at which the logs may agree
   */
  public void onRejected(long prevIndex, long commonIndex) {
    if (mode == Mode.REPLICATE && prevIndex > acknowledged) {
      probeFrom(acknowledged + 1);
    } else if (mode == Mode.PROBE && prevIndex == nextIndex - 1) {
      probeFrom(Math.max(acknowledged + 1, Math.min(prevIndex, commonIndex + 1)));
    } // otherwise it answers an older append, and says nothing new
  }

  /** Whether it is time to ask what became of appends that weren't answered: once per interval, however often it is heard. */
  public boolean mayAsk(long now, long intervalNanos) {
    boolean due = !asked || now - askedAt >= intervalNanos;
    if (due) {
      asked = true;
      askedAt = now;
    }
    return due;
  }

  /** A sign of life: what was lost on the way may be asked for again. */
  public void resumeProbing() {
    probeSent = false;
  }

  /** The follower may be gone: what is on its way counts for nothing. */
  public void onUnreachable() {
    if (mode == Mode.REPLICATE) {
      probeFrom(acknowledged + 1);
    }
  }

  /** What is on its way can't be sent again: begin where the follower is known to be, and find that out. */
  public void onCompactedPast() {
    probeFrom(acknowledged + 1);
  }

  /** Entries that the follower needs are gone. */
  public void awaitSnapshot() {
    mode = Mode.SNAPSHOT;
    inflights.clear();
  }

  public void onSnapshotSent(long index) {
    if (mode == Mode.SNAPSHOT) {
      probeFrom(Math.max(acknowledged, index) + 1);
    }
  }

  /** The next try waits for a sign of life. */
  public void onSnapshotFailed() {
    if (mode == Mode.SNAPSHOT) {
      probeFrom(acknowledged + 1);
      probeSent = true;
    }
  }

  private void probeFrom(long index) {
    Invariant.check(index > acknowledged, "probing %d below match %d", index, acknowledged);
    mode = Mode.PROBE;
    nextIndex = index;
    probeReach = index;
    probeSent = false;
    inflights.clear();
  }
}
