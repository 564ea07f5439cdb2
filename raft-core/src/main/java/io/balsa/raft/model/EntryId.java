package io.balsa.raft.model;

/**
 * The identity of a log entry: two logs that hold the same id at an index hold the same entries up to there (Log
 * Matching, paper §5.3). Printed {@code 12@t3}.
 *
 * <p>Ordered as the election restriction orders logs: by term, then by index (paper §5.4.1).
 */
public record EntryId(long term, long index) implements Comparable<EntryId> {
  /** Before the first entry of any log. */
  public static final EntryId ZERO = new EntryId(0, 0);

  public EntryId {
    Invariant.check(term >= 0 && index >= 0, "entry id %d@t%d has a negative part", index, term);
  }

  @Override
  public int compareTo(EntryId other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return index + "@t" + term;
  }
}
