package io.balsa.raft.failpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the armed failpoints of a process do. Thread-safe. */
final class ArmedFailpoints {
  /** As a shell reports a process that was killed by signal 9. */
  static final int CRASHED = 137;

  private static final Pattern ENTRY =
      Pattern.compile("(\\w+)=(crash|fail|delay:(\\d{1,6}))(?:@(\\d{1,9})(\\+)?)?");

  private final Map<String, Armed> byName;

  /** What to do. */
  private enum Action {
    CRASH,
    FAIL,
    DELAY
  }

  /**
   * @param from the time at which it happens, or first happens
   * @param always whether it happens every time from then on
   */
  private record Armed(
      Action action, long delayMillis, long from, boolean always, AtomicLong reached) {

    boolean isDue() {
      long time = reached.incrementAndGet();
      return always ? time >= from : time == from;
    }
  }

  private ArmedFailpoints(Map<String, Armed> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * @throws IllegalArgumentException for text that isn't what {@link Failpoints} describes
   */
  static ArmedFailpoints parse(String text) {
    Map<String, Armed> byName = new HashMap<>();
    for (String entry : text.split(";", -1)) {
      Matcher matcher = ENTRY.matcher(entry.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            Failpoints.PROPERTY
                + ": '"
                + entry
                + "' isn't of the form NAME=crash|fail|delay:MILLIS[@N[+]]");
      }
      byName.put(group(matcher, 1).orElseThrow(), armed(matcher));
    }
    return new ArmedFailpoints(byName);
  }

  private static Armed armed(Matcher matcher) {
    Optional<String> delay = group(matcher, 3);
    boolean crashes = group(matcher, 2).filter("crash"::equals).isPresent();
    return new Armed(
        delay.isPresent() ? Action.DELAY : crashes ? Action.CRASH : Action.FAIL,
        delay.map(Long::parseLong).orElse(0L),
        group(matcher, 4).map(Long::parseLong).orElse(1L),
        group(matcher, 5).isPresent(),
        new AtomicLong());
  }

  private static Optional<String> group(Matcher matcher, int number) {
    return Optional.ofNullable(matcher.group(number));
  }

  void reached(String name) {
    Armed armed = byName.get(name);
    if (armed == null || !armed.isDue()) {
      return;
    }
    switch (armed.action()) {
      case CRASH -> {
        System.err.println("failpoint " + name + ": crash");
        Runtime.getRuntime().halt(CRASHED);
      }
      case FAIL -> throw new FailpointException(name);
      case DELAY -> delay(TimeUnit.MILLISECONDS.toNanos(armed.delayMillis()));
    }
  }

  private static void delay(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
