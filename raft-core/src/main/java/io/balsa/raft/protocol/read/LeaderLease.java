package io.balsa.raft.protocol.read;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** Until when a leader may be sure that nobody else leads, without asking: what lease reads are answered by (thesis §6.4.1). */
public final class LeaderLease {
  /*
   * Who answers a heartbeat has promised to elect nobody else for an election timeout E from when it got it (VotePromise). So
   * nobody else can lead before E has passed since the leader sent the heartbeats that a quorum answered:
   *
   *   leader    s ──────── lease: E (1 - d) / (1 + d) ────────┤
   *   follower      r ─────────────────── promise: E ───────────────────┤      r >= s
   *
   * Clocks are compared with themselves only. If each runs at a rate between 1 - d and 1 + d of true time, the promise lasts
   * at least E / (1 + d), and the lease at most as long. A lease counts from the sending, not from the answer (trap R9), is
   * never valid before an entry of the term is committed (R6; checked by the caller), begins anew with each membership (R11),
   * and ends for the rest of the term with a TimeoutNow, which allows its receiver an election whenever it arrives (V12, R11).
   */
  private record Sent(long sequence, long atNanos) {}

  /** Answers to older heartbeats say too little to be waited for. */
  private static final int SENT_MAX = 64;

  private static final double PPM = 1_000_000;

  /** 0 if there are no leases. */
  private final long lengthNanos;

  /** The newest heartbeats, ascending. */
  private final Deque<Sent> sent = new ArrayDeque<>();

  /** When the newest heartbeat that each peer answered was sent. */
  private final Map<NodeId, Long> provenAt = new TreeMap<>();

  private boolean givenUp;

  public LeaderLease(long electionTimeoutNanos, int clockDriftPpm) {
    double drift = clockDriftPpm / PPM;
    this.lengthNanos =
        clockDriftPpm == 0 ? 0 : (long) (electionTimeoutNanos * (1 - drift) / (1 + drift));
  }

  /** Whether heartbeats must be told apart by their sequence. */
  public boolean isWanted() {
    return lengthNanos > 0 && !givenUp;
  }

  /** Heartbeats of this sequence leave for all peers, or for one now and the others later. */
  public void onSent(long sequence, long now) {
    if (isWanted()) {
      sent.addLast(new Sent(sequence, now));
      if (sent.size() > SENT_MAX) {
        sent.removeFirst();
      }
    }
  }

  public void onAnswer(NodeId from, long sequence) {
    for (Sent heartbeat : sent) {
      if (heartbeat.sequence() == sequence) {
        provenAt.merge(from, heartbeat.atNanos(), Math::max);
      }
    }
  }

  public boolean isValid(NodeId self, JointQuorum quorum, long now) {
    if (!isWanted()) {
      return false;
    }
    long quorumProvenAt =
        quorum.reachedBy(
            voter -> voter.equals(self) ? now : provenAt.getOrDefault(voter, now - lengthNanos));
    return now - quorumProvenAt < lengthNanos;
  }

  /** What was proven until now was proven to another quorum. */
  public void restart() {
    sent.clear();
    provenAt.clear();
  }

  /** There is no lease any more in this term. */
  public void giveUp() {
    givenUp = true;
    restart();
  }
}
