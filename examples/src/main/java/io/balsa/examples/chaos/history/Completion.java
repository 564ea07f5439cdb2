package io.balsa.examples.chaos.history;

import org.jspecify.annotations.Nullable;

/**
 * What became of an operation. Immutable.
 *
 * @param value as the history shows it
 * @param answer what the oracles look at; null unless the type is OK
 * @param order its place among all beginnings and ends of operations
 * @param nanos on the clock of the run
 * @param error in words, empty for OK
 */
public record Completion(
    Type type,
    @Nullable Object value,
    @Nullable Object answer,
    long order,
    long nanos,
    String error) {

  /** Whether it happened. */
  public enum Type {
    OK,
    /** It certainly didn't, and never will. */
    FAIL,
    /** Nobody knows: it may happen at any later time, or never. */
    INFO
  }
}
