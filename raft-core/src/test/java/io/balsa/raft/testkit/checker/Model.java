package io.balsa.raft.testkit.checker;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a history is judged by. Immutable.
 *
 * @param kind the state machine
 * @param initial what it holds in the beginning, if not what the kind says; a value as those of {@link Event}
 * @param perKey whether each value is a pair {@code [key, value]}, and each key is judged alone
 */
public record Model(Kind kind, Optional<Initial> initial, boolean perKey) {
  /** What is there in the beginning, also {@code null}. */
  public record Initial(@Nullable Object value) {}

  /** The state machines, and the operations of each. */
  public enum Kind {
    /** {@code read x}, {@code write x}; holds {@code null} in the beginning. */
    REGISTER("register"),
    /** And {@code cas [old, new]}; one that failed says nothing. */
    CAS_REGISTER("cas-register"),
    /** And {@code cas-fail [old, new]}: it did not hold old. {@code cas-info}: nobody knows. Absent in the beginning. */
    STRICT_CAS_REGISTER("strict-cas-register"),
    /** {@code txn [[":read", key, x], [":write", key, x], …]}. The initial value is a map, or one value for all keys. */
    MULTI_REGISTER("multi-register"),
    /** {@code acquire}, {@code release}; free in the beginning. */
    MUTEX("mutex"),
    /** {@code put}, {@code delete}, {@code get}, {@code txn} with maps as values; empty, at revision 1. */
    ETCD_KV("etcd-kv");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** As on command lines: {@code "etcd-kv"}. */
    public String label() {
      return label;
    }

    /** By its label, if there is one of that. */
    public static Optional<Kind> of(String label) {
      for (Kind kind : values()) {
        if (kind.label.equals(label)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }

    /** Whether it can begin in one way only. */
    public boolean isFixed() {
      return this == MUTEX || this == ETCD_KV;
    }
  }

  public Model {
    if (initial.isPresent() && kind.isFixed()) {
      throw new IllegalArgumentException(
          kind.label() + " always begins alike: leave the initial value out");
    }
  }

  public static Model of(Kind kind) {
    return new Model(kind, Optional.empty(), false);
  }

  public Model beginningWith(@Nullable Object value) {
    return new Model(kind, Optional.of(new Initial(value)), perKey);
  }

  public Model judgedPerKey() {
    return new Model(kind, initial, true);
  }
}
