package io.balsa.examples.chaos.model;

import java.util.Optional;

/**
 * A condition of a transaction. Immutable.
 *
 * @param number what to compare with, unless the target is the value
 * @param text what to compare with, if it is
 */
public record Compare(Target target, String key, Relation relation, long number, String text) {

  /** What of a key is compared. All numbers of an absent key are 0; its value compares as false. */
  public enum Target {
    VALUE,
    MOD,
    CREATE,
    VERSION
  }

  public enum Relation {
    EQUAL,
    NOT_EQUAL,
    LESS,
    GREATER
  }

  public static Compare valueIs(String key, String value) {
    return new Compare(Target.VALUE, key, Relation.EQUAL, 0, value);
  }

  public static Compare modIs(String key, long revision) {
    return new Compare(Target.MOD, key, Relation.EQUAL, revision, "");
  }

  /** Whether it holds for what the key is. */
  public boolean holds(Optional<Version> found) {
    if (target == Target.VALUE) {
      return found.isPresent() && holds(found.get().value().compareTo(text));
    }
    return holds(Long.compare(found.map(this::numberOf).orElse(0L), number));
  }

  private long numberOf(Version version) {
    return switch (target) {
      case MOD -> version.mod();
      case CREATE -> version.create();
      case VERSION -> version.version();
      case VALUE -> throw new IllegalStateException("a value isn't a number");
    };
  }

  private boolean holds(int order) {
    return switch (relation) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case GREATER -> order > 0;
    };
  }
}
