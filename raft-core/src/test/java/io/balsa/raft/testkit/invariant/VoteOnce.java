package io.balsa.raft.testkit.invariant;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A node votes for at most one candidate in a term, whatever happens to it in between (paper §5.2): on its platter, and as
 * others see it.
 */
public final class VoteOnce implements Property {
  /** Who got each node's vote, by node and term. */
  private final Map<NodeId, Map<Long, NodeId>> votes = new TreeMap<>();

  /** Those that lost a disk: they may note a vote for the leader that takes them in, which nobody is shown. */
  private final Set<NodeId> wiped = new TreeSet<>();

  @Override
  public void onWiped(NodeView node) {
    wiped.add(node.id());
  }

  @Override
  public void onDurable(NodeView node, PersistBatch batch) {
    if (wiped.contains(node.id())) {
      return; // what it shows to others counts
    }
    batch
        .hardState()
        .ifPresent(
            state -> state.votedFor().ifPresent(vote -> record(node.id(), state.term(), vote)));
  }

  @Override
  public void onSent(NodeView from, NodeId to, Message message) {
    if (message instanceof Message.VoteResponse response && response.granted()) {
      record(from.id(), response.term(), to);
    } else if (message instanceof Message.VoteRequest request) {
      record(from.id(), request.term(), from.id());
    }
  }

  private void record(NodeId voter, long term, NodeId candidate) {
    NodeId before = votes.computeIfAbsent(voter, v -> new TreeMap<>()).putIfAbsent(term, candidate);
    PropertyViolation.check(
        before == null || before.equals(candidate),
        this,
        "in term %d %s voted for %s, then for %s",
        term,
        voter,
        before,
        candidate);
  }
}
