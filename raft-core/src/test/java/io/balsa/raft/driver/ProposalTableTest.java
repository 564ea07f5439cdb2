package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.protocol.ProposalDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ProposalTableTest {
  private static final long FIRST_ID = 1L << 40;
  private static final long TIMEOUT = 1000;

  private final ProposalTable<String> table = new ProposalTable<>(FIRST_ID, TIMEOUT, 0);

  private long nextId = FIRST_ID;

  /** What each proposal was told, by its id; all of it, to see when something is told twice. */
  private final Map<Long, List<String>> told = new TreeMap<>();

  @Test
  void idsAreConsecutive() {
    assertThat(register(0)).isEqualTo(FIRST_ID);
    assertThat(register(0)).isEqualTo(FIRST_ID + 1);
  }

  @Test
  void theResultComesWithTheEntryOfThatTermAndIndex() {
    long first = register(0);
    register(0);
    accept(first, 2, new EntryId(3, 1));
    apply(new EntryId(3, 1), new EntryId(3, 2));
    assertTold(first, "committed 1@t3 result-1@t3");
    assertTold(first + 1, "committed 2@t3 result-2@t3");
  }

  @Test
  void anotherEntryAtThatIndexRejectsTheProposal() {
    long id = register(0);
    accept(id, 1, new EntryId(3, 1));
    apply(new EntryId(4, 1));
    assertTold(id, "rejected SUPERSEDED");
  }

  @Test
  void ofTwoProposalsAtOneIndexTheAppliedOneWins() {
    long older = register(0);
    long newer = register(0);
    accept(older, 1, new EntryId(3, 1));
    accept(newer, 1, new EntryId(5, 1));
    apply(new EntryId(5, 1));
    assertTold(older, "rejected SUPERSEDED");
    assertTold(newer, "committed 1@t5 result-1@t5");
  }

  @Test
  void aResultThatCameBeforeTheAcceptanceIsStillFound() {
    long id = register(0);
    apply(new EntryId(3, 1), new EntryId(3, 2));
    accept(id, 1, new EntryId(3, 2));
    assertTold(id, "committed 2@t3 result-2@t3");
  }

  @Test
  void aLateAcceptanceOfAnEntryThatWasReplacedIsARejection() {
    long id = register(0);
    apply(new EntryId(4, 1));
    accept(id, 1, new EntryId(3, 1));
    assertTold(id, "rejected SUPERSEDED");
  }

  @Test
  void aResultThatWasPushedOutIsUnknown() {
    long id = register(0);
    for (int index = 1; index <= RecentResults.SLOTS + 1; index++) {
      apply(new EntryId(3, index));
    }
    accept(id, 1, new EntryId(3, 1));
    assertTold(id, "unknown");
  }

  @Test
  void resultsAreKeptOnlyWhileSomethingIsUndecided() {
    long id = register(0);
    apply(new EntryId(3, 1));
    table.onDecision(new ProposalDecision.Unknown(id, 1)); // Nothing is undecided any more.
    long later = register(0);
    accept(later, 1, new EntryId(3, 1));
    assertTold(later, "unknown");
  }

  @Test
  void decisionsWithoutAnEntryCompleteAtOnce() {
    long first = register(0);
    register(0);
    table.onDecision(
        new ProposalDecision.Rejected(
            first, 1, RejectReason.NO_LEADER, Optional.of(NodeId.of("n2"))));
    table.onDecision(new ProposalDecision.Unknown(first + 1, 1));
    assertTold(first, "rejected NO_LEADER");
    assertTold(first + 1, "unknown");
  }

  @Test
  void whatWaitsTooLongIsUnknownAndNothingIsToldTwice() {
    long undecided = register(0);
    long accepted = register(0);
    long inTime = register(1);
    accept(accepted, 2, new EntryId(3, 1));
    table.expire(TIMEOUT - 1);
    assertThat(told).isEmpty();
    assertThat(table.nextDeadline()).isEqualTo(TIMEOUT);
    table.expire(TIMEOUT);
    assertTold(undecided, "unknown");
    assertTold(accepted, "unknown");
    accept(undecided, 1, new EntryId(3, 3));
    apply(new EntryId(3, 1), new EntryId(3, 2), new EntryId(3, 3));
    assertTold(undecided, "unknown");
    assertTold(accepted, "unknown");
    assertTold(inTime, "committed 2@t3 result-2@t3");
    table.expire(TIMEOUT);
    assertThat(table.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneOfTwoAtAnIndexMayTimeOut() {
    long older = register(0);
    long newer = register(5);
    accept(older, 1, new EntryId(3, 1));
    accept(newer, 1, new EntryId(5, 1));
    table.expire(TIMEOUT);
    apply(new EntryId(5, 1));
    assertTold(older, "unknown");
    assertTold(newer, "committed 1@t5 result-1@t5");
  }

  @Test
  void aSnapshotOverTheEntryLeavesTheOutcomeUnknown() {
    long covered = register(0);
    long after = register(0);
    long late = register(0);
    accept(covered, 1, new EntryId(3, 5));
    accept(after, 1, new EntryId(3, 11));
    table.onSnapshotInstalled(10);
    assertTold(covered, "unknown");
    accept(late, 1, new EntryId(3, 7));
    assertTold(late, "unknown");
    apply(new EntryId(3, 11));
    assertTold(after, "committed 11@t3 result-11@t3");
  }

  @Test
  void entriesThatAreNoCommandsTakeNoResult() {
    long id = register(0);
    accept(id, 1, new EntryId(3, 3));
    table.onApplied(
        List.of(
            Entry.noop(new EntryId(3, 1)),
            Entry.membership(new EntryId(3, 2), Membership.ofVoters(List.of(NodeId.of("n1")))),
            Entry.command(new EntryId(3, 3), Bytes.utf8("x"))),
        List.of("the only result"));
    assertTold(id, "committed 3@t3 the only result");
  }

  @Test
  void aStopEndsWhatWaitsAndWhatStillComes() {
    long undecided = register(0);
    long accepted = register(0);
    accept(accepted, 1, new EntryId(3, 1));
    table.stop(new NodeStoppedException("closed"));
    assertTold(undecided, "stopped");
    assertTold(accepted, "stopped");
    assertThat(register(0)).isEqualTo(-1);
    assertTold(accepted + 1, "stopped");
    apply(new EntryId(3, 1));
    assertTold(accepted, "stopped");
  }

  private long register(long now) {
    long id = nextId++;
    return table.register(new Recorder(id), now);
  }

  private void accept(long firstId, int count, EntryId first) {
    table.onDecision(new ProposalDecision.Accepted(firstId, count, first));
  }

  private void apply(EntryId... ids) {
    List<Entry> entries = new ArrayList<>();
    List<String> results = new ArrayList<>();
    for (EntryId id : ids) {
      entries.add(Entry.command(id, Bytes.utf8("x")));
      results.add("result-" + id);
    }
    table.onApplied(entries, results);
  }

  private void assertTold(long id, String outcome) {
    assertThat(told.get(id)).containsExactly(outcome);
  }

  private final class Recorder implements ProposalListener<String> {
    private final long id;

    Recorder(long id) {
      this.id = id;
    }

    private void add(String outcome) {
      told.computeIfAbsent(id, i -> new ArrayList<>()).add(outcome);
    }

    @Override
    public void onCommitted(EntryId entry, String result) {
      add("committed " + entry + " " + result);
    }

    @Override
    public void onRejected(RejectReason reason, Optional<NodeId> leader) {
      add("rejected " + reason);
    }

    @Override
    public void onUnknown() {
      add("unknown");
    }

    @Override
    public void onStopped(NodeStoppedException reason) {
      add("stopped");
    }
  }
}
