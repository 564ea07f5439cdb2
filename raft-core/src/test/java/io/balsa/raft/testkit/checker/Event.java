package io.balsa.raft.testkit.checker;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One line of a history: somebody asked for something, or learned what became of it.
 *
 * <p>Values are those of JSON: {@code null}, booleans, whole numbers, strings, lists and maps of them. A string that begins with a
 * colon is a keyword, such as {@link #ABSENT} or {@code ":put"}; so is each key of a map in the model {@code etcd-kv}, with or without
 * its colon.
 *
 * @param process who: does one thing after the other, and nothing more after an {@link Type#INFO}
 * @param f what, by the name that the model gives it: {@code "read"}
 * @param value what with; {@code null} as well for what a read doesn't know yet
 * @param timeNanos when, by the one clock of the recorder; for people only
 * @param error why it failed or isn't known; for people only
 */
public record Event(
    long process,
    Type type,
    String f,
    @Nullable Object value,
    OptionalLong timeNanos,
    Optional<String> error) {
  /** What a read of an absent key says. */
  public static final String ABSENT = ":absent";

  /** What the line is about. Each invocation has one completion, or none yet. */
  public enum Type {
    /** Asked for. */
    INVOKE,
    /** It happened, between the invocation and now. */
    OK,
    /** It certainly didn't happen, and never will. */
    FAIL,
    /** Nobody knows: it may have happened, may happen at any later time, or never. */
    INFO;

    /** As in files: {@code "invoke"}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static Event invoke(long process, String f, @Nullable Object value) {
    return new Event(process, Type.INVOKE, f, value, OptionalLong.empty(), Optional.empty());
  }

  public static Event ok(long process, String f, @Nullable Object value) {
    return new Event(process, Type.OK, f, value, OptionalLong.empty(), Optional.empty());
  }

  public static Event fail(long process, String f, @Nullable Object value) {
    return new Event(process, Type.FAIL, f, value, OptionalLong.empty(), Optional.empty());
  }

  public static Event info(long process, String f, @Nullable Object value) {
    return new Event(process, Type.INFO, f, value, OptionalLong.empty(), Optional.empty());
  }

  public Event at(long nanos) {
    return new Event(process, type, f, value, OptionalLong.of(nanos), error);
  }

  public Event because(String reason) {
    return new Event(process, type, f, value, timeNanos, Optional.of(reason));
  }
}
