package io.balsa.kv.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;

/** Whether this member's state is that of the others, by the marks that all have left on their way. Immutable. */
record StateComparison(Verdict verdict, long index) {

  enum Verdict {
    /** Nobody else was at the same place, or it is the same there. */
    SAME,
    /** A majority of all voters agree on another state. */
    OUTVOTED,
    /** All voters were asked, they differ, and no majority agrees: nobody knows who is right. */
    SPLIT
  }

  /**
   * Compares at the newest place that others have been to. States that have parted stay apart, so one place is enough.
   *
   * @param ownMarks by index, the hash of this member's state there
   * @param others of other voters, those that answered
   * @param voters how many there are, and whether this member is one of them
   */
  static StateComparison of(
      NavigableMap<Long, Long> ownMarks,
      List<Map<Long, Long>> others,
      int voters,
      boolean isVoter) {
    for (Map.Entry<Long, Long> own : ownMarks.descendingMap().entrySet()) {
      long place = own.getKey();
      List<Long> votes = new ArrayList<>();
      for (Map<Long, Long> marks : others) {
        Long vote = marks.get(place);
        if (vote != null) {
          votes.add(vote);
        }
      }
      if (votes.isEmpty()) {
        continue;
      }
      long mine = own.getValue();
      if (votes.stream().allMatch(vote -> vote == mine)) {
        return new StateComparison(Verdict.SAME, place);
      }
      if (isVoter) {
        votes.add(mine);
      }
      OptionalLong right = majority(votes, voters);
      if (right.isPresent()) {
        return new StateComparison(
            right.getAsLong() == mine ? Verdict.SAME : Verdict.OUTVOTED, place);
      }
      if (votes.size() >= voters) {
        return new StateComparison(Verdict.SPLIT, place);
      }
    }
    return new StateComparison(Verdict.SAME, 0);
  }

  private static OptionalLong majority(List<Long> votes, int voters) {
    Map<Long, Integer> counts = new HashMap<>();
    votes.forEach(vote -> counts.merge(vote, 1, Integer::sum));
    return counts.entrySet().stream()
        .filter(count -> count.getValue() * 2 > voters)
        .mapToLong(Map.Entry::getKey)
        .findFirst();
  }
}
