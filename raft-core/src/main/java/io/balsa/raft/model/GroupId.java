package io.balsa.raft.model;

/**
 * One Raft group among the many that a host may run. Every message, log record and call carries it.
 *
 * @param value any number ≥ 0, the same on all members of the group
 */
public record GroupId(long value) implements Comparable<GroupId> {
  /** The group of a host that runs only one. */
  public static final GroupId ONLY = new GroupId(0);

  /** No group's: of what hosts tell each other on behalf of all their groups. */
  public static final GroupId HOST = new GroupId(Long.MAX_VALUE);

  public GroupId {
    if (value < 0) {
      throw new IllegalArgumentException("a group id is 0 or greater, not " + value);
    }
  }

  public static GroupId of(long value) {
    return new GroupId(value);
  }

  @Override
  public int compareTo(GroupId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "g" + value;
  }
}
