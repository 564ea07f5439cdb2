package io.balsa.raft.protocol.read;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The leader's unconfirmed reads.
 *
 * <p>A read is linearizable at the commit index of the moment it arrived, if this node still led at some moment after that
 * (thesis §6.4). Reads that wait together form a round; a round has a number, is closed to later reads before its heartbeat
 * leaves, and is confirmed by a quorum of voters that answered a heartbeat with this number or a higher one. An answer can
 * so never vouch for a read that arrived after its heartbeat left, and "confirmed once" says nothing about later (traps
 * R1, R2, R3, R5, R13).
 */
public final class ReadRounds {
  /** Somebody who waits: a read of this node, or a follower's. */
  public record Waiter(Optional<NodeId> follower, long readId) {}

  /** Reads that are safe at the index. */
  public record Confirmed(long readIndex, List<Waiter> waiters) {}

  private record Round(long sequence, long readIndex, List<Waiter> waiters) {}

  /** More rounds on their way than this don't shorten anybody's wait, they only cost heartbeats. */
  private static final int ROUNDS_MAX = 2;

  /** Not yet in a round. */
  private List<Waiter> waiting = new ArrayList<>();

  /** Heartbeats with their number have left. Invariant: ascending by sequence. */
  private final Deque<Round> rounds = new ArrayDeque<>();

  /** The highest round that each peer answered. */
  private final Map<NodeId, Long> answered = new TreeMap<>();

  /** The newest round. Invariant: never decreases while this node leads in this term. */
  private long sequence;

  public void add(Waiter waiter) {
    waiting.add(waiter);
  }

  public boolean isEmpty() {
    return waiting.isEmpty() && rounds.isEmpty();
  }

  public long sequence() {
    return sequence;
  }

  /** From here on, answers to what is sent can be told from answers to what was sent before. */
  public void nextSequence() {
    sequence++;
  }

  /**
   * Closes the next round, if reads wait and not too many rounds are open. Its heartbeats must leave after this.
   *
   * @return whether there is one
   */
  public boolean closeRound(long commitIndex) {
    if (waiting.isEmpty() || rounds.size() >= ROUNDS_MAX) {
      return false;
    }
    nextSequence();
    rounds.addLast(new Round(sequence, commitIndex, waiting));
    waiting = new ArrayList<>();
    return true;
  }

  public void onAnswer(NodeId from, long answeredSequence) {
    answered.merge(from, answeredSequence, Math::max);
  }

  /** Takes out the rounds that a quorum has answered; this node's own answer is taken for granted. */
  public List<Confirmed> takeConfirmed(NodeId self, JointQuorum quorum) {
    if (rounds.isEmpty()) {
      return List.of();
    }
    long confirmedSequence =
        quorum.reachedBy(voter -> voter.equals(self) ? sequence : answered.getOrDefault(voter, 0L));
    List<Confirmed> confirmed = new ArrayList<>();
    while (!rounds.isEmpty() && rounds.peekFirst().sequence() <= confirmedSequence) {
      Round round = rounds.removeFirst();
      confirmed.add(new Confirmed(round.readIndex(), round.waiters()));
    }
    return confirmed;
  }

  /** Everybody who still waits, when leadership ends. */
  public List<Waiter> takeAll() {
    List<Waiter> all = new ArrayList<>();
    rounds.forEach(round -> all.addAll(round.waiters()));
    all.addAll(waiting);
    rounds.clear();
    waiting = new ArrayList<>();
    return all;
  }
}
