package io.balsa.raft.protocol.log;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Invariant;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a log: which term each index has, without the entries. A log is a few runs of one term each, so this is a
 * few ids, however long the log.
 */
public final class LogIds {
  /** The answer for an index that the log doesn't hold: compacted away, or not there yet. */
  public static final long UNKNOWN_TERM = -1;

  /** Where the log begins. Moved on by compaction, replaced by a snapshot. */
  private EntryId base;

  /**
   * The first entry of each term after the base. Invariant: ascending in index and in term; the first is {@code
   * base.index + 1}; empty exactly when {@code last == base}.
   */
  private final List<EntryId> termStarts;

  /** The last entry, or the base. */
  private EntryId last;

  public LogIds(EntryId base, List<EntryId> termStarts, long lastIndex) {
    this.base = base;
    this.termStarts = new ArrayList<>(termStarts);
    this.last =
        termStarts.isEmpty()
            ? base
            : new EntryId(termStarts.get(termStarts.size() - 1).term(), lastIndex);
    checkTermStarts();
  }

  private void checkTermStarts() {
    EntryId before = base;
    for (EntryId start : termStarts) {
      boolean isFirst = before.equals(base);
      Invariant.check(
          isFirst ? start.index() == base.index() + 1 : start.index() > before.index(),
          "term start %s doesn't follow %s",
          start,
          before);
      Invariant.check(
          isFirst ? start.term() >= base.term() : start.term() > before.term(),
          "the log's terms go back from %s to %s",
          before,
          start);
      before = start;
    }
  }

  public EntryId base() {
    return base;
  }

  public EntryId last() {
    return last;
  }

  public long lastIndex() {
    return last.index();
  }

  public long firstIndex() {
    return base.index() + 1;
  }

  /** The term at the index, or {@link #UNKNOWN_TERM}. The base's is known, its entry isn't there. */
  public long termAt(long index) {
    if (index == base.index()) {
      return base.term();
    }
    if (index < base.index() || index > last.index()) {
      return UNKNOWN_TERM;
    }
    return termStarts.get(runOf(index)).term();
  }

  public boolean holdsTermOf(long index) {
    return base.index() <= index && index <= last.index();
  }

  /** The id at an index whose term is known. */
  public EntryId idAt(long index) {
    long term = termAt(index);
    Invariant.check(
        term != UNKNOWN_TERM, "the term of %d isn't known: log %s..%s", index, base, last);
    return new EntryId(term, index);
  }

  /** Whether this log holds the entry, and so, by Log Matching, every entry before it of the log it came from. */
  public boolean matches(EntryId id) {
    return termAt(id.index()) == id.term();
  }

  public void append(EntryId id) {
    Invariant.check(
        id.index() == last.index() + 1 && id.term() >= last.term(), "%s can't follow %s", id, last);
    if (termStarts.isEmpty() || id.term() != last.term()) {
      termStarts.add(id);
    }
    last = id;
  }

  /** Cuts the log before {@code fromIndex}. */
  public void truncateFrom(long fromIndex) {
    Invariant.check(fromIndex > base.index(), "truncating %d, base %s", fromIndex, base);
    if (fromIndex > last.index()) {
      return;
    }
    last = idAt(fromIndex - 1);
    while (!termStarts.isEmpty() && termStarts.get(termStarts.size() - 1).index() >= fromIndex) {
      termStarts.remove(termStarts.size() - 1);
    }
  }

  /** Lets the log begin after an index that it holds. */
  public void compactThrough(long throughIndex) {
    EntryId newBase = idAt(throughIndex);
    if (newBase.equals(last)) {
      termStarts.clear();
    } else if (throughIndex > base.index()) {
      int run = runOf(throughIndex + 1);
      long term = termStarts.get(run).term();
      termStarts.subList(0, run + 1).clear();
      termStarts.add(0, new EntryId(term, throughIndex + 1));
    }
    base = newBase;
  }

  /** Forgets everything and begins after {@code newBase}. */
  public void reset(EntryId newBase) {
    termStarts.clear();
    base = newBase;
    last = newBase;
  }

  /**
   * The last entry at or before the bound's index with at most the bound's term; the base if there is none.
   *
   * <p>Two logs that disagree find their common end in steps of a term with it: everything after this id has a higher term
   * than the bound, and so can't be an entry that the bound's log holds at or before it.
   *
   * <pre>
   *   index    1  2  3  4  5  6
   *   leader   1  3  3  5  5        asks for 5@t5
   *   follower 1  1  1  1  2  2     answers 5@t2: the last at or before 5 with a term ≤ 5
   *   leader                        next asks for 1@t1: its last at or before 5 with a term ≤ 2
   * </pre>
   */
  public EntryId lastAtMost(EntryId bound) {
    long index = Math.min(bound.index(), last.index());
    while (index > base.index()) {
      EntryId runStart = termStarts.get(runOf(index));
      if (runStart.term() <= bound.term()) {
        return new EntryId(runStart.term(), index);
      }
      index = runStart.index() - 1;
    }
    return base;
  }

  /** Which run of one term the index lies in: the last one that begins at or before it. */
  private int runOf(long index) {
    int low = 0;
    int high = termStarts.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (termStarts.get(middle).index() <= index) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
