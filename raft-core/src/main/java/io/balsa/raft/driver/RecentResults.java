package io.balsa.raft.driver;

import io.balsa.raft.model.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * The last few applied entries with their results, for proposals that learn only afterwards which entry they became.
 * Bounded by {@link #SLOTS} entries. One thread at a time.
 */
final class RecentResults<R> {
  static final int SLOTS = 8192;

  private static final int SLOTS_MIN = 16;

  /** The entry of index i is in slot i modulo the length. Empty while nothing is kept: an idle group pays nothing. */
  private @Nullable Applied<R>[] slots = newSlots(0);

  /** How many were kept since the slots were last empty. */
  private int kept;

  /**
   * @param isCommand false for a no-op or a membership, which has no result
   */
  record Applied<R>(EntryId id, boolean isCommand, @Nullable R result) {}

  void keep(Applied<R> applied) {
    if (kept == slots.length && kept < SLOTS) {
      grow();
    }
    slots[slot(applied.id().index())] = applied;
    kept = Math.min(kept + 1, SLOTS);
  }

  private void grow() {
    @Nullable Applied<R>[] before = slots;
    slots = newSlots(Math.max(SLOTS_MIN, 2 * before.length));
    for (Applied<R> applied : before) {
      if (applied != null) {
        slots[slot(applied.id().index())] = applied;
      }
    }
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
    if (kept > 0) {
      slots = newSlots(0);
      kept = 0;
    }
  }

  private int slot(long index) {
    return (int) (index & (slots.length - 1));
  }

  @SuppressWarnings({
    "unchecked",
    "rawtypes"
  }) // An array of a generic type can't be made otherwise.
  private static <R> @Nullable Applied<R>[] newSlots(int length) {
    return new Applied[length];
  }
}
