package io.balsa.raft.model;

import java.util.Objects;

/**
 * Someone's identity in the cluster: stable across restarts and address changes, never used again for another disk.
 *
 * @param value 1 to 128 printable ASCII characters without spaces
 */
public record NodeId(String value) implements Comparable<NodeId> {
  private static final int LENGTH_MAX = 128;

  public NodeId {
    Objects.requireNonNull(value, "value");
    boolean printable = value.chars().allMatch(c -> c > ' ' && c < 127);
    if (value.isEmpty() || value.length() > LENGTH_MAX || !printable) {
      throw new IllegalArgumentException(
          "a node id is 1 to " + LENGTH_MAX + " printable ASCII characters, not '" + value + "'");
    }
  }

  public static NodeId of(String value) {
    return new NodeId(value);
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
