package io.balsa.raft.testkit.simulator;

import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.testkit.invariant.PropertyViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What clients did and were told, and the judgement over it. */
final class ClientHistory {
  /*
   * The judge of what clients saw.
   *
   * The log gives every operation a place in one order: a write has its entry's index, a read the index that was applied when
   * it looked. The history is linearizable in that order if two things hold, and both are checked exactly:
   *
   *   real time   an operation that began after another had ended comes after it in the order
   *               (reads of one index may share their place);
   *   state       each result is what a single state machine gives that applies the log from its beginning.
   *
   * Beyond that, an acknowledged write is in the log for ever, a rejected one never is, and no write is there twice.
   */

  private record Acknowledged(long number, Object result) {}

  private record Seen(long number, Object value) {}

  private record Captured(NodeId node, Bytes state) {}

  /** The highest place in the order that any operation has so far been told. */
  private long floor;

  /** Every command that a client ever proposed. Only looked up, never iterated. */
  private final Map<Bytes, Long> numbers = new HashMap<>();

  /** Commands that may be in the log more than once. Only looked up, never iterated. */
  private final Set<Bytes> repeatable = new HashSet<>();

  private final TreeMap<Long, Acknowledged> acknowledged = new TreeMap<>();
  private final TreeMap<Long, Bytes> rejected = new TreeMap<>();
  private final TreeMap<Long, List<Seen>> reads = new TreeMap<>();
  private final TreeMap<Long, List<Captured>> captures = new TreeMap<>();

  private int commandBytesMin = Integer.MAX_VALUE;
  private int commandBytesMax;

  /** What an operation that begins now must not come before. */
  long floor() {
    return floor;
  }

  /** Whether all commands so far are of one size. */
  boolean hasEvenCommands() {
    return commandBytesMin >= commandBytesMax;
  }

  void proposed(long number, Bytes command) {
    commandBytesMin = Math.min(commandBytesMin, command.size());
    commandBytesMax = Math.max(commandBytesMax, command.size());
    if (numbers.putIfAbsent(command, number) != null) {
      throw new IllegalArgumentException("the subject gave a command twice: " + command);
    }
  }

  /**
   * One attempt of a session's command: others like it may be proposed, and committed, too. Returns its number: the one that
   * it had when it was proposed first.
   */
  long attempted(long number, Bytes attempt) {
    repeatable.add(attempt);
    Long before = numbers.putIfAbsent(attempt, number);
    return before == null ? number : before;
  }

  /**
   * @param floorBefore the floor when the write began
   */
  void committed(long number, long floorBefore, Outcome.Committed<Object> outcome) {
    long index = outcome.id().index();
    check(
        index > floorBefore,
        "RealTimeOrder",
        "write %d at %s began after something at %d had ended",
        number,
        outcome.id(),
        floorBefore);
    Acknowledged before =
        acknowledged.putIfAbsent(index, new Acknowledged(number, outcome.result()));
    check(before == null, "AcknowledgedOnce", "writes %s and %d both at %d", before, number, index);
    floor = Math.max(floor, index);
  }

  void rejected(long number, Bytes command) {
    rejected.put(number, command);
  }

  void read(long number, long floorBefore, long appliedIndex, Object value) {
    check(
        appliedIndex >= floorBefore,
        "RealTimeOrder",
        "read %d sees %d, and began after something at %d had ended",
        number,
        appliedIndex,
        floorBefore);
    reads.computeIfAbsent(appliedIndex, index -> new ArrayList<>()).add(new Seen(number, value));
    floor = Math.max(floor, appliedIndex);
  }

  void captured(NodeId node, long appliedIndex, byte[] state) {
    captures
        .computeIfAbsent(appliedIndex, index -> new ArrayList<>())
        .add(new Captured(node, Bytes.wrap(state)));
  }

  /** Replays the committed log on one state machine and compares everything that anyone was told. */
  <S extends StateMachine<?>> void judge(SimSubject<S> subject, List<Entry> log) {
    S reference = subject.create();
    Map<Bytes, Long> places = new HashMap<>();
    judgeReads(subject, reference, 0);
    for (Entry entry : log) {
      Object result = "";
      if (entry.kind() == EntryKind.COMMAND) {
        checkOrigin(entry, places.putIfAbsent(entry.payload(), entry.index()));
        result = reference.applyAll(List.of(entry), entry.id()).get(0);
      } else {
        reference.applyAll(List.of(), entry.id());
      }
      judgeWrite(entry, result);
      judgeReads(subject, reference, entry.index());
      judgeCaptures(reference, entry.index());
    }
    check(
        acknowledged.isEmpty() || acknowledged.lastKey() <= log.size(),
        "AcknowledgedStays",
        "a write was acknowledged at %d, the log ends at %d",
        acknowledged.isEmpty() ? 0 : acknowledged.lastKey(),
        log.size());
    rejected.forEach(
        (number, command) ->
            check(
                !places.containsKey(command),
                "RejectedNeverAppears",
                "write %d was rejected, and is committed at %s",
                number,
                places.get(command)));
  }

  private void checkOrigin(Entry entry, @Nullable Long before) {
    check(
        before == null || repeatable.contains(entry.payload()),
        "CommittedOnce",
        "%s is also at %s",
        entry,
        before);
    check(numbers.containsKey(entry.payload()), "Origin", "nobody proposed %s", entry);
  }

  private void judgeWrite(Entry entry, Object result) {
    Acknowledged ack = acknowledged.get(entry.index());
    if (ack == null) {
      return;
    }
    check(
        Long.valueOf(ack.number()).equals(numbers.get(entry.payload())),
        "AcknowledgedStays",
        "write %d was acknowledged at %d, where %s is",
        ack.number(),
        entry.index(),
        entry);
    check(
        ack.result().equals(result),
        "StateIsReplay",
        "write %d at %d resulted in %s, by replay in %s",
        ack.number(),
        entry.index(),
        ack.result(),
        result);
  }

  private <S extends StateMachine<?>> void judgeReads(
      SimSubject<S> subject, S reference, long index) {
    for (Seen seen : reads.getOrDefault(index, List.of())) {
      Object value = subject.observe(reference, seen.number());
      check(
          value.equals(seen.value()),
          "StateIsReplay",
          "read %d at %d saw %s, by replay %s",
          seen.number(),
          index,
          seen.value(),
          value);
    }
  }

  private void judgeCaptures(StateMachine<?> reference, long index) {
    List<Captured> all = captures.get(index);
    if (all == null) {
      return;
    }
    Bytes state = Bytes.wrap(SimApplier.capture(reference));
    for (Captured captured : all) {
      check(
          captured.state().equals(state),
          "StateIsReplay",
          "%s at %d is in another state than the replay: %s, not %s",
          captured.node(),
          index,
          captured.state(),
          state);
    }
  }

  private static void check(
      boolean condition, String property, String format, @Nullable Object... args) {
    if (!condition) {
      throw new PropertyViolation(property, String.format(Locale.ROOT, format, args));
    }
  }
}
