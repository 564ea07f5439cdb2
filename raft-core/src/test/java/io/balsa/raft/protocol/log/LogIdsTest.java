package io.balsa.raft.protocol.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogIdsTest {

  /** A log with the given terms at 1, 2, 3 …. */
  private static LogIds logOf(long... terms) {
    LogIds log = new LogIds(EntryId.ZERO, List.of(), 0);
    for (long term : terms) {
      log.append(new EntryId(term, log.lastIndex() + 1));
    }
    return log;
  }

  /** The followers of Figure 7, each asked for the leader's entry before its next one. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # terms at 1..n              bound   expected
          1 1 1 4 4 5 5 6 6,           10@t6,  9@t6
          1 1 1 4,                     10@t6,  4@t4
          1 1 1 4 4 5 5 6 6 6 6,       10@t6,  10@t6
          1 1 1 4 4 5 5 6 6 6 7 7,     10@t6,  10@t6
          1 1 1 4 4 4 4,               10@t6,  7@t4
          1 1 1 2 2 2 3 3 3 3 3,       10@t6,  10@t3
          # the leader's answers to the last two hints
          1 1 1 4 4 5 5 6 6 6,         7@t4,   5@t4
          1 1 1 4 4 5 5 6 6 6,         10@t3,  3@t1
          # nothing in common
          2 2 2,                       3@t1,   0@t0
          """)
  void theLastEntryAtMostABoundSkipsWholeTerms(String terms, String bound, String expected) {
    LogIds log = logOf(parseTerms(terms));
    assertThat(log.lastAtMost(parse(bound))).isEqualTo(parse(expected));
  }

  @Test
  void anIndexOutsideTheLogHasNoTermRatherThanZero() {
    LogIds log = logOf(1, 1, 2, 2);
    log.compactThrough(2);
    assertThat(log.termAt(1)).isEqualTo(LogIds.UNKNOWN_TERM);
    assertThat(log.termAt(2)).as("the base's").isEqualTo(1);
    assertThat(log.termAt(5)).isEqualTo(LogIds.UNKNOWN_TERM);
    assertThat(log.matches(new EntryId(0, 1))).isFalse();
  }

  @Test
  void aLogCompactedToNothingStillAnswersForItsBase() {
    LogIds log = logOf(1, 3, 3);
    log.compactThrough(3);
    assertThat(log.firstIndex()).isEqualTo(4);
    assertThat(log.matches(new EntryId(3, 3))).isTrue();
    log.append(new EntryId(3, 4));
    assertThat(log.termAt(4)).isEqualTo(3);
  }

  @Test
  void termsNeverGoBackAndIndexesNeverSkip() {
    LogIds log = logOf(1, 2);
    assertThatThrownBy(() -> log.append(new EntryId(1, 3))).isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> log.append(new EntryId(2, 4))).isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> log.truncateFrom(0)).isInstanceOf(InvariantViolation.class);
  }

  /** Against a plain list of terms, through thousands of appends, cuts, compactions and resets. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void itIsTheShapeOfAList(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    LogIds log = new LogIds(EntryId.ZERO, List.of(), 0);
    List<Long> model = new ArrayList<>(List.of(0L)); // the term at each index
    long base = 0;
    for (int step = 0; step < 3_000; step++) {
      long last = model.size() - 1;
      switch (random.nextInt(10)) {
        case 0 -> {
          long from = base + 1 + random.nextLong(last - base + 2);
          log.truncateFrom(from);
          while (model.size() > from) {
            model.remove(model.size() - 1);
          }
        }
        case 1 -> {
          base = base + random.nextLong(last - base + 1);
          log.compactThrough(base);
        }
        default -> {
          long term = model.get(model.size() - 1) + (random.nextInt(4) == 0 ? 1 : 0);
          log.append(new EntryId(term, last + 1));
          model.add(term);
        }
      }
      check(log, model, base, random);
    }
  }

  private static void check(LogIds log, List<Long> model, long base, SplittableRandom random) {
    assertThat(log.lastIndex()).isEqualTo(model.size() - 1);
    assertThat(log.firstIndex()).isEqualTo(base + 1);
    for (long index = Math.max(0, base - 1); index < model.size() + 2; index++) {
      boolean known = base <= index && index < model.size();
      long expected = known ? model.get((int) index) : LogIds.UNKNOWN_TERM;
      assertThat(log.termAt(index)).as("term at %d", index).isEqualTo(expected);
    }
    EntryId bound = new EntryId(random.nextLong(20), random.nextLong(model.size() + 3));
    long expected = Math.min(bound.index(), model.size() - 1);
    while (expected > base && model.get((int) expected) > bound.term()) {
      expected--;
    }
    assertThat(log.lastAtMost(bound).index()).isEqualTo(Math.max(expected, base));
  }

  private static long[] parseTerms(String terms) {
    String[] parts = terms.trim().split(" ");
    long[] parsed = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      parsed[i] = Long.parseLong(parts[i]);
    }
    return parsed;
  }

  private static EntryId parse(String id) {
    String[] parts = id.trim().split("@t");
    return new EntryId(Long.parseLong(parts[1]), Long.parseLong(parts[0]));
  }
}
