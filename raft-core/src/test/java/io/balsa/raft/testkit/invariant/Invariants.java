package io.balsa.raft.testkit.invariant;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.Ready;
import java.util.List;

/** All properties of a cluster under test. Whoever drives the cluster tells it of every event. */
public final class Invariants implements Property {
  private final LostDisks lostDisks = new LostDisks();
  private final CommittedLog committed = new CommittedLog(lostDisks);
  private final List<Property> properties;

  public Invariants(ClusterView cluster) {
    properties =
        List.of(
            lostDisks,
            new TermsGrow(),
            new ElectionSafety(),
            new AppendOnlyLeader(),
            new LogMatching(),
            new LeaderCompleteness(committed),
            // From here on the properties rest on what this one learns.
            committed,
            new CommittedOnQuorum(cluster, committed),
            new CommittedStays(cluster, committed),
            new MembershipSteps(),
            new StateMachineSafety(committed),
            new AppliedIsDurable(),
            new MatchIsDurable(cluster, lostDisks),
            new CommitGrows(),
            new AppliedGrows(),
            new BoundsOrdered(),
            new SnapshotCoversBase(),
            new VoteOnce(),
            new NothingSentBeforeDurable());
  }

  /** What was committed so far. */
  public CommittedLog committed() {
    return committed;
  }

  @Override
  public void onStarted(NodeView node) {
    for (Property property : properties) {
      property.onStarted(node);
    }
  }

  @Override
  public void onReady(NodeView node, Ready ready) {
    for (Property property : properties) {
      property.onReady(node, ready);
    }
  }

  @Override
  public void onStepped(NodeView node) {
    for (Property property : properties) {
      property.onStepped(node);
    }
  }

  @Override
  public void onDurable(NodeView node, PersistBatch batch) {
    for (Property property : properties) {
      property.onDurable(node, batch);
    }
  }

  @Override
  public void onSent(NodeView from, NodeId to, Message message) {
    for (Property property : properties) {
      property.onSent(from, to, message);
    }
  }

  @Override
  public void onApplied(NodeView node, Entry entry) {
    for (Property property : properties) {
      property.onApplied(node, entry);
    }
  }

  @Override
  public void onInstalled(NodeView node, SnapshotMeta meta) {
    for (Property property : properties) {
      property.onInstalled(node, meta);
    }
  }

  @Override
  public void onWiped(NodeView node) {
    for (Property property : properties) {
      property.onWiped(node);
    }
  }

  @Override
  public void onCrashed(NodeView node) {
    for (Property property : properties) {
      property.onCrashed(node);
    }
  }
}
