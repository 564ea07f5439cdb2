package io.balsa.raft.protocol.proposal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The proposals that a follower sent to its leader and that weren't answered yet. They are never sent twice: if no answer
 * comes, nobody here knows what became of them.
 */
public final class ForwardedProposals {
  /** Consecutive proposals of one message. */
  public record Range(long firstProposalId, int count) {}

  private record Forwarded(int count, long giveUpAt) {}

  private final long patienceNanos;

  /** By the first proposal's id; so also by age. */
  private final TreeMap<Long, Forwarded> forwarded = new TreeMap<>();

  public ForwardedProposals(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  public void add(long firstProposalId, int count, long now) {
    forwarded.put(firstProposalId, new Forwarded(count, now + patienceNanos));
  }

  /** Whether the answer is to something that still waits, which it then doesn't any more. */
  public boolean takeAnswered(long firstProposalId) {
    return forwarded.remove(firstProposalId) != null;
  }

  public boolean isEmpty() {
    return forwarded.isEmpty();
  }

  public OptionalLong nextDeadline() {
    return forwarded.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(forwarded.firstEntry().getValue().giveUpAt());
  }

  /** Those whose answer has been lost, by all appearances. */
  public List<Range> takeOverdue(long now) {
    List<Range> overdue = new ArrayList<>();
    Iterator<Map.Entry<Long, Forwarded>> oldestFirst = forwarded.entrySet().iterator();
    while (oldestFirst.hasNext()) {
      Map.Entry<Long, Forwarded> entry = oldestFirst.next();
      if (now - entry.getValue().giveUpAt() < 0) {
        break;
      }
      overdue.add(new Range(entry.getKey(), entry.getValue().count()));
      oldestFirst.remove();
    }
    return overdue;
  }

  /** Everything that still waits, when the leader is gone. */
  public List<Range> takeAll() {
    List<Range> all = new ArrayList<>();
    forwarded.forEach((firstId, entry) -> all.add(new Range(firstId, entry.count())));
    forwarded.clear();
    return all;
  }
}
