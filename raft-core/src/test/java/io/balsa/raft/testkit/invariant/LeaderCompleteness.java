package io.balsa.raft.testkit.invariant;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Role;
import java.util.Set;
import java.util.TreeSet;

/**
 * If a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all
 * higher-numbered terms (paper Figure 3).
 */
public final class LeaderCompleteness implements Property {
  private final CommittedLog committed;
  private final Set<Long> checkedTerms = new TreeSet<>();

  LeaderCompleteness(CommittedLog committed) {
    this.committed = committed;
  }

  @Override
  public void onStepped(NodeView node) {
    long term = node.status().term();
    if (node.status().role() != Role.LEADER || !checkedTerms.add(term)) {
      return;
    }
    // By Log Matching, whoever holds the last of them holds all of them.
    EntryId last = committed.lastCommittedBefore(term);
    PropertyViolation.check(
        node.cache().holdsCommitted(last),
        this,
        "%s leads term %d without %s, which was committed before; its log is %d..%s",
        node.id(),
        term,
        last,
        node.cache().base().index() + 1,
        node.cache().last());
  }
}
