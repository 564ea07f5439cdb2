package io.balsa.raft.testkit.checker;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What the checker says about a history. */
public sealed interface Verdict {
  /** {@code "valid"}, {@code "invalid"} or {@code "unknown"}. */
  String word();

  default boolean isValid() {
    return this instanceof Valid;
  }

  /** There is an order that explains all answers. */
  record Valid() implements Verdict {
    @Override
    public String word() {
      return "valid";
    }
  }

  /**
   * No order explains all answers.
   *
   * @param key the first key whose history is invalid, if each was judged alone
   * @param prefixEvents of how many events the prefix is that no order explains: the events of the whole history through that line
   * @param isSmallest whether a prefix with one event less is certainly explained; else there was no time to find out
   * @param conflict the ids of operations that can't be explained even with every other one forgotten
   * @param isConflictSmallest whether none of them could be left out; else there was no time to find out
   * @param unexplained the id of the operation whose answer ends the prefix, if it is one of those with an answer
   * @param longest how far an order comes, and why it ends there
   * @param operations all operations of the prefix, of that key, by their calls
   */
  record Invalid(
      Optional<String> key,
      int prefixEvents,
      boolean isSmallest,
      List<Integer> conflict,
      boolean isConflictSmallest,
      OptionalInt unexplained,
      Longest longest,
      List<Operation> operations)
      implements Verdict {
    @Override
    public String word() {
      return "invalid";
    }

    /** The operation with such an id. */
    public Operation operation(int id) {
      return operations.get(id);
    }

    /** In a few lines, for people. */
    @Override
    public String toString() {
      return Explanation.of(this);
    }
  }

  /**
   * There wasn't enough of something.
   *
   * @param reason {@code "time"} or {@code "memory"}
   */
  record Unknown(String reason) implements Verdict {
    @Override
    public String word() {
      return "unknown";
    }
  }

  /**
   * The longest order that was found.
   *
   * @param order the ids of the last operations in it
   * @param state after them, for people
   * @param refusals why each of the operations that have to come now can't
   */
  record Longest(List<Integer> order, String state, List<Refusal> refusals) {}

  /**
   * @param id of the operation
   * @param reason for people
   */
  record Refusal(int id, String reason) {}

  /**
   * An operation of the prefix.
   *
   * @param id its place among the calls, from 0
   * @param process who called it
   * @param text what it did and was told, for people: {@code "read 1"}
   * @param state what is known of it at the end of the prefix
   * @param callEvent the number of the event of its call, from 0
   * @param returnEvent the number of the event of its completion, if it is in the prefix
   * @param callLine the line of its call in the file
   * @param returnLine the line of its completion
   */
  record Operation(
      int id,
      String process,
      String text,
      State state,
      int callEvent,
      OptionalInt returnEvent,
      int callLine,
      OptionalInt returnLine) {
    /** What is known of an operation. */
    public enum State {
      /** It happened. */
      OK,
      /** It didn't. */
      FAIL,
      /** It may have. */
      INFO
    }
  }
}
