package io.balsa.raft.failpoint;

import org.jspecify.annotations.Nullable;

/**
 * Where code says that it has come to a {@link Failpoint}. Any thread.
 *
 * <p>Nothing happens there, unless the system property {@code balsa.failpoints} arms it when the JVM starts, as tests of real
 * processes do: {@code -Dbalsa.failpoints=LOG_AFTER_WRITE=crash@3;APPLY_BEFORE=delay:200@1+}. For each name, an action:
 *
 * <ul>
 *   <li>{@code crash}: the process ends at once, as by kill -9; exit code 137.
 *   <li>{@code delay:MILLIS}: the thread waits.
 *   <li>{@code fail}: throws {@link FailpointException}, as a bug would.
 * </ul>
 *
 * and when it happens: {@code @N} at the Nth time (1 unless it is said), {@code @N+} from then on every time.
 *
 * <p>Without the property, the field below is null for good, and the compiler knows that.
 */
public final class Failpoints {
  /** Which are armed, and how. */
  public static final String PROPERTY = "balsa.failpoints";

  private static final @Nullable ArmedFailpoints ARMED = armed(System.getProperty(PROPERTY));

  private Failpoints() {}

  /** The calling thread has come there. */
  public static void at(Failpoint point) {
    if (ARMED != null) {
      ARMED.reached(point.name());
    }
  }

  /** Whether any is armed: worth a line in the log of a server. */
  public static boolean areArmed() {
    return ARMED != null;
  }

  private static @Nullable ArmedFailpoints armed(@Nullable String property) {
    return property == null || property.isEmpty() ? null : ArmedFailpoints.parse(property);
  }
}
