package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.ProposalDecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a caller hears of a membership change, whatever comes in between. */
final class MembershipChangesTest {
  private static final long TIMEOUT = 1_000;
  private static final NodeId N1 = NodeId.of("n1");
  private static final Membership OLD = Membership.ofVoters(List.of(N1));
  private static final Membership NEW = Membership.ofVoters(List.of(NodeId.of("n2")));
  private static final Membership JOINT =
      new Membership(
          NEW.voters(), OLD.voters(), Collections.unmodifiableSortedSet(new TreeSet<>()));
  private static final EntryId BEGIN = new EntryId(3, 10);
  private static final EntryId END = new EntryId(4, 12);

  private final MembershipChanges changes = new MembershipChanges(TIMEOUT);
  private final List<String> heard = new ArrayList<>();

  @Test
  void aChangeIsCommittedWhenTheJointMembershipIsLeft() {
    accepted();
    changes.onApplied(List.of(Entry.membership(BEGIN, JOINT), Entry.noop(new EntryId(4, 11))));
    assertThat(heard).isEmpty();
    changes.onApplied(List.of(Entry.membership(END, NEW)));
    assertThat(heard).containsExactly("committed " + END + " " + NEW);
    assertThat(changes.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aChangeOfLearnersIsCommittedAtOnce() {
    accepted();
    changes.onApplied(List.of(Entry.membership(BEGIN, NEW)));
    assertThat(heard).containsExactly("committed " + BEGIN + " " + NEW);
  }

  @Test
  void anEarlierMembershipSaysNothing() {
    accepted();
    changes.onApplied(List.of(Entry.membership(new EntryId(3, 9), OLD)));
    assertThat(heard).isEmpty();
  }

  @Test
  void anotherEntryInItsPlaceSupersedesIt() {
    accepted();
    changes.onApplied(List.of(Entry.membership(new EntryId(4, 10), NEW)));
    assertThat(heard).containsExactly("rejected " + RejectReason.SUPERSEDED);
  }

  @Test
  void aSnapshotOverItsBeginningLeavesItUnknown() {
    accepted();
    changes.onSnapshotInstalled(
        new SnapshotMeta(new EntryId(4, 20), new MembershipEntry(END, NEW)));
    assertThat(heard).containsExactly("unknown");
  }

  @Test
  void aSnapshotOverItsEndCommitsIt() {
    accepted();
    changes.onApplied(List.of(Entry.membership(BEGIN, JOINT)));
    changes.onSnapshotInstalled(
        new SnapshotMeta(new EntryId(4, 11), new MembershipEntry(BEGIN, JOINT)));
    assertThat(heard).isEmpty();
    changes.onSnapshotInstalled(
        new SnapshotMeta(new EntryId(4, 20), new MembershipEntry(END, NEW)));
    assertThat(heard).containsExactly("committed " + END + " " + NEW);
  }

  @Test
  void aRefusalIsPassedOn() {
    long id = changes.register(new Recorder(), 0).orElseThrow();
    changes.onDecision(
        new ProposalDecision.Rejected(id, 1, RejectReason.NOT_LEADER, Optional.of(N1)));
    assertThat(heard).containsExactly("rejected " + RejectReason.NOT_LEADER);
  }

  @Test
  void itIsUnknownAfterTheTimeoutAndNothingIsSaidTwice() {
    accepted();
    assertThat(changes.nextDeadline()).isEqualTo(TIMEOUT);
    changes.expire(TIMEOUT - 1);
    assertThat(heard).isEmpty();
    changes.expire(TIMEOUT);
    changes.onApplied(List.of(Entry.membership(BEGIN, NEW)));
    assertThat(heard).containsExactly("unknown");
  }

  @Test
  void aStopEndsAllAndWhateverStillComes() {
    accepted();
    changes.stop(new NodeStoppedException("closed"));
    assertThat(changes.register(new Recorder(), 0)).isEmpty();
    assertThat(heard).containsExactly("stopped", "stopped");
  }

  private void accepted() {
    long id = changes.register(new Recorder(), 0).orElseThrow();
    ProposalDecision decision = new ProposalDecision.Accepted(id, 1, BEGIN);
    assertThat(MembershipChanges.decides(decision)).isTrue();
    changes.onDecision(decision);
  }

  private final class Recorder implements ProposalListener<Membership> {
    @Override
    public void onCommitted(EntryId id, Membership result) {
      heard.add("committed " + id + " " + result);
    }

    @Override
    public void onRejected(RejectReason reason, Optional<NodeId> leader) {
      heard.add("rejected " + reason);
    }

    @Override
    public void onUnknown() {
      heard.add("unknown");
    }

    @Override
    public void onStopped(NodeStoppedException reason) {
      heard.add("stopped");
    }
  }
}
