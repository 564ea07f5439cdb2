package io.balsa.raft.protocol.quorum;

import io.balsa.raft.model.NodeId;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** More than half of some members. Of no members there is no majority. */
public final class MajorityQuorum {
  private final List<NodeId> members;

  public MajorityQuorum(SortedSet<NodeId> members) {
    this.members = List.copyOf(members);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** How many make a majority. */
  int size() {
    return members.size() / 2 + 1;
  }

  public boolean isMetBy(Predicate<NodeId> agrees) {
    int agreeing = 0;
    for (NodeId member : members) {
      agreeing += agrees.test(member) ? 1 : 0;
    }
    return !members.isEmpty() && agreeing >= size();
  }

  /** The largest number that a majority reaches; {@link Long#MIN_VALUE} when there are no members. */
  public long reachedBy(ToLongFunction<NodeId> value) {
    if (members.isEmpty()) {
      return Long.MIN_VALUE;
    }
    long[] values = new long[members.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.applyAsLong(members.get(i));
    }
    Arrays.sort(values);
    return values[values.length - size()];
  }
}
