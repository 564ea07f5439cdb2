package io.balsa.kv.lease;

import io.balsa.raft.model.Invariant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of many timers, in milliseconds: scheduling, moving, cancelling and expiring one
 * are all constant time, however many there are. Not thread-safe: its owner's thread alone calls
 * it.
 *
 * @param <T> what a timer belongs to
 */
final class TimerWheel<T> {
  /*
   * Eight wheels of 64 slots; a slot of wheel L spans 64^L milliseconds. A timer sits in the wheel
   * of the highest base-64 digit in which its deadline differs from `now`, in the slot of that
   * digit of the deadline:
   *
   *     now       =  5 . 17 . 60 . 03
   *     deadline  =  5 . 18 . 01 . 40        first difference in digit 2 → wheel 2, slot 18
   *
   * All slots in use in a wheel lie ahead of now's own digit, and every timer of a lower wheel is
   * due before any timer of a higher one: the next thing to do is the first bit of the first wheel
   * that has one. When `now` reaches a slot of wheel L > 0, its timers fall into lower wheels, each
   * at most seven times in its life. Empty slots are skipped by their bitmap, so a sleep of an hour
   * costs nothing.
   *
   * Reference: G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987.
   */
  private static final int DIGIT_BITS = 6;
  private static final int SLOTS = 1 << DIGIT_BITS;
  private static final int WHEELS = 8;

  /** About 8,900 years: the longest lease lives 285. */
  static final long DEADLINE_MAX = (1L << (DIGIT_BITS * WHEELS)) - 1;

  private static final int NOWHERE = -1;
  private static final int DUE = WHEELS * SLOTS;

  /** One deadline of its owner; at most in one wheel, once. */
  static final class Timer<T> {
    private final @Nullable T owner;
    private long deadline;
    private int slot = NOWHERE;
    private Timer<T> prev = this;
    private Timer<T> next = this;

    private Timer(@Nullable T owner) {
      this.owner = owner;
    }

    static <T> Timer<T> of(T owner) {
      return new Timer<>(owner);
    }

    long deadline() {
      return deadline;
    }
  }

  private final long[] occupied = new long[WHEELS];
  private final Timer<T>[] heads;

  /** Never goes back. Invariant: every timer outside the due list has a deadline after it. */
  private long now;

  TimerWheel(long now) {
    this.now = now;
    this.heads = newHeads();
  }

  // An array of a generic type: filled here and never handed out.
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static <T> Timer<T>[] newHeads() {
    Timer<T>[] heads = new Timer[DUE + 1];
    for (int i = 0; i < heads.length; i++) {
      heads[i] = new Timer<>(null);
    }
    return heads;
  }

  /** Sets or moves a timer's deadline; one that has passed is due at once. */
  void schedule(Timer<T> timer, long deadline) {
    Invariant.check(
        deadline >= 0 && deadline <= DEADLINE_MAX, "deadline %d is out of range", deadline);
    cancel(timer);
    timer.deadline = deadline;
    place(timer);
  }

  /** Forgets a timer; one that isn't scheduled stays so. */
  void cancel(Timer<T> timer) {
    int slot = timer.slot;
    if (slot == NOWHERE) {
      return;
    }
    unlink(timer);
    if (slot != DUE && heads[slot].next == heads[slot]) {
      occupied[slot / SLOTS] &= ~(1L << (slot % SLOTS));
    }
  }

  /**
   * Takes out timers whose deadline is at or before {@code timeNow}, and calls the consumer for the
   * owner of each. Those beyond {@code max} stay due for the next call.
   *
   * @return how many were taken
   */
  int expire(long timeNow, int max, Consumer<T> consumer) {
    advance(timeNow);
    int taken = 0;
    Timer<T> due = heads[DUE];
    while (taken < max && due.next != due) {
      Timer<T> timer = due.next;
      unlink(timer);
      taken++;
      consumer.accept(ownerOf(timer));
    }
    return taken;
  }

  /**
   * No timer is due before this; {@link Long#MAX_VALUE} when there are none. May be earlier than
   * the first deadline.
   */
  long nextWake() {
    if (heads[DUE].next != heads[DUE]) {
      return now;
    }
    int wheel = firstOccupied();
    return wheel == WHEELS ? Long.MAX_VALUE : firstStart(wheel);
  }

  private void advance(long timeNow) {
    int wheel = firstOccupied();
    while (wheel < WHEELS && firstStart(wheel) <= timeNow) {
      int digit = Long.numberOfTrailingZeros(occupied[wheel]);
      now = firstStart(wheel);
      occupied[wheel] &= ~(1L << digit);
      empty(heads[wheel * SLOTS + digit]);
      wheel = firstOccupied(); // What fell out of a higher wheel may lie in the lowest now.
    }
    now = Math.max(now, timeNow);
  }

  private int firstOccupied() {
    int wheel = 0;
    while (wheel < WHEELS && occupied[wheel] == 0) {
      wheel++;
    }
    return wheel;
  }

  private void empty(Timer<T> head) {
    while (head.next != head) {
      Timer<T> timer = head.next;
      unlink(timer);
      place(timer);
    }
  }

  /** When the first slot in use of a wheel begins. */
  private long firstStart(int wheel) {
    int digit = Long.numberOfTrailingZeros(occupied[wheel]);
    int shift = wheel * DIGIT_BITS;
    long above = now >>> shift >>> DIGIT_BITS << DIGIT_BITS;
    return (above | digit) << shift;
  }

  private void place(Timer<T> timer) {
    if (timer.deadline <= now) {
      link(timer, DUE);
      return;
    }
    int highestDifference = Long.SIZE - 1 - Long.numberOfLeadingZeros(timer.deadline ^ now);
    int wheel = highestDifference / DIGIT_BITS;
    int digit = (int) (timer.deadline >>> (wheel * DIGIT_BITS)) & (SLOTS - 1);
    occupied[wheel] |= 1L << digit;
    link(timer, wheel * SLOTS + digit);
  }

  private void link(Timer<T> timer, int slot) {
    Timer<T> head = heads[slot];
    timer.slot = slot;
    timer.prev = head.prev;
    timer.next = head;
    head.prev.next = timer;
    head.prev = timer;
  }

  private static <T> void unlink(Timer<T> timer) {
    timer.prev.next = timer.next;
    timer.next.prev = timer.prev;
    timer.prev = timer;
    timer.next = timer;
    timer.slot = NOWHERE;
  }

  private static <T> T ownerOf(Timer<T> timer) {
    T owner = timer.owner;
    if (owner == null) {
      throw new AssertionError("a list's head isn't a timer");
    }
    return owner;
  }
}
