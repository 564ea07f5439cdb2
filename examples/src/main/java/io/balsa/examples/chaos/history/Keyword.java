package io.balsa.examples.chaos.history;

/** A word of EDN that stands for itself, such as {@code :ok}. Immutable. */
public record Keyword(String name) {
  public static Keyword of(String name) {
    return new Keyword(name);
  }

  @Override
  public String toString() {
    return ":" + name;
  }
}
