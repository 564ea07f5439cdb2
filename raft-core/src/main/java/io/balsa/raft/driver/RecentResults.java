package io.balsa.raft.driver;

import io.balsa.raft.model.EntryId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last few applied entries with their results, for proposals that learn only afterwards which entry they became.
 * Bounded by {@link #SLOTS} entries. One thread at a time.
 */
final class RecentResults<R> {
  static final int SLOTS = 8192;

  /** Empty until something is kept: a node that forwards nothing pays nothing. */
  private @Nullable Applied<R>[] slots = newSlots(0);

  private boolean dirty;

  /**
   * @param isCommand false for a no-op or a membership, which has no result
   */
  record Applied<R>(EntryId id, boolean isCommand, @Nullable R result) {}

  void keep(Applied<R> applied) {
    if (slots.length == 0) {
      slots = newSlots(SLOTS);
    }
    slots[slot(applied.id().index())] = applied;
    dirty = true;
  }

  /** What was applied at the index, or null if that is forgotten. */
  @Nullable Applied<R> at(long index) {
    if (slots.length == 0) {
      return null;
    }
    Applied<R> applied = slots[slot(index)];
    return applied != null && applied.id().index() == index ? applied : null;
  }

  void clear() {
    if (dirty) {
      Arrays.fill(slots, null);
      dirty = false;
    }
  }

  private static int slot(long index) {
    return (int) (index & (SLOTS - 1));
  }

  @SuppressWarnings({
    "unchecked",
    "rawtypes"
  }) // An array of a generic type can't be made otherwise.
  private static <R> @Nullable Applied<R>[] newSlots(int length) {
    return new Applied[length];
  }
}
