package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who made the revisions that nobody was answered with: each must be the doing of one operation whose outcome is unknown, and
 * none of these may have made two. A matching, by augmenting paths. One thread.
 */
final class Claims {
  private final Map<Long, List<Operation>> candidates = new TreeMap<>();
  private final Map<Operation, Long> taken = new HashMap<>();

  /**
   * @param possible every operation that would have changed just that
   */
  void add(long revision, List<Operation> possible) {
    candidates.put(revision, possible);
  }

  /** The revisions that are left when as many as possible have an operation of their own. */
  List<Long> unexplained() {
    List<Long> left = new ArrayList<>();
    for (long revision : candidates.keySet()) {
      if (!claim(revision, new HashSet<>())) {
        left.add(revision);
      }
    }
    return left;
  }

  private boolean claim(long revision, Set<Operation> asked) {
    for (Operation candidate : candidates.getOrDefault(revision, List.of())) {
      if (asked.add(candidate)) {
        Long holder = taken.get(candidate);
        if (holder == null || claim(holder, asked)) {
          taken.put(candidate, revision);
          return true;
        }
      }
    }
    return false;
  }
}
