package io.balsa.raft.protocol;

import static io.balsa.raft.protocol.CoreUnderTest.A;
import static io.balsa.raft.protocol.CoreUnderTest.B;
import static io.balsa.raft.protocol.CoreUnderTest.C;
import static io.balsa.raft.protocol.CoreUnderTest.ELECTION;
import static io.balsa.raft.protocol.CoreUnderTest.append;
import static io.balsa.raft.protocol.CoreUnderTest.follower;
import static io.balsa.raft.protocol.CoreUnderTest.heartbeat;
import static io.balsa.raft.protocol.CoreUnderTest.heartbeatAnswer;
import static io.balsa.raft.protocol.CoreUnderTest.id;
import static io.balsa.raft.protocol.CoreUnderTest.leader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.message.Message.AppendRequest;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.VoteRequest;
import io.balsa.raft.message.Message.VoteResponse;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sentences of the paper outside Figure 2 that the code relies on, in the paper's order. */
class PaperSectionsTest {
  private static final NodeId D = NodeId.of("d");

  private static Input change(NodeId... voters) {
    return new Input.ChangeMembership(
        9,
        new MembershipChange(
            Optional.empty(), new TreeSet<>(List.of(voters)), new TreeSet<>(), false));
  }

  private static Membership joint(List<NodeId> incoming, List<NodeId> outgoing) {
    return new Membership(new TreeSet<>(incoming), new TreeSet<>(outgoing), new TreeSet<>());
  }

  @Test
  @DisplayName(
      "§5.1 \"If a candidate or leader discovers that its term is out of date, it immediately"
          + " reverts to follower state\"")
  void aDeposedLeaderStopsAtOnce() {
    CoreUnderTest leader = leader(1);
    assertThat(leader.receive(C, heartbeatAnswer(5, 0))).containsExactly("persist #3 t5 vote=-");
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @DisplayName(
      "§5.2 \"Each server will vote for at most one candidate in a given term, on a"
          + " first-come-first-served basis\"")
  void theFirstCandidateGetsTheVote() {
    CoreUnderTest voter = follower(1);
    voter.receive(C, new VoteRequest(2, EntryId.ZERO, false));
    assertThat(voter.receive(B, new VoteRequest(2, id(7, 1), false)))
        .containsExactly("after #1: send b VoteResponse t2 refused");
  }

  @Test
  @DisplayName(
      "§5.2 \"If the term in the RPC is smaller than the candidate's current term, then the"
          + " candidate rejects the RPC and continues in candidate state\"")
  void anOldLeaderDoesNotStopACandidate() {
    CoreUnderTest candidate = follower(2);
    candidate.electionTimeout();
    candidate.receive(B, new PreVoteResponse(2, 3, true));
    candidate.diskCatchesUp();
    assertThat(candidate.receive(C, append(2, EntryId.ZERO, 0)))
        .containsExactly("send c HeartbeatResponse t3 read=0");
    assertThat(candidate.role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  @DisplayName("§5.3 \"The leader … never overwrites or deletes entries in its log\"")
  void aLeaderThatIsSentEntriesOfItsOwnTermIsABrokenInvariant() {
    CoreUnderTest leader = leader(1, 1);
    assertThatThrownBy(() -> leader.receive(B, append(2, EntryId.ZERO, 0, 2, 2)))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  @DisplayName("§5.3 \"the leader retries AppendEntries RPCs indefinitely\"")
  void anUnansweredAppendIsSentAgainAfterASignOfLife() {
    CoreUnderTest leader = leader(1);
    for (int i = 0; i < 5; i++) {
      leader.after(CoreUnderTest.HEARTBEAT);
      assertThat(leader.receive(C, heartbeatAnswer(2, 0)))
          .containsExactly("send c Append t2 prev=0@t0 last=1@t2 commit=0");
    }
  }

  @Test
  @DisplayName(
      "§5.4.2 \"once an entry from the current term has been committed in this way, then all prior"
          + " entries are committed indirectly\"")
  void earlierEntriesAreCommittedWithOneOfTheTerm() {
    CoreUnderTest leader = leader(3, 1, 2, 3);
    assertThat(leader.accepted(B, 3)).noneMatch(line -> line.startsWith("apply"));
    assertThat(leader.accepted(B, 4)).contains("apply 1..4");
  }

  @Test
  @DisplayName("§5.5 \"Raft RPCs are idempotent, so this causes no harm\"")
  void aRepeatedRequestChangesNothing() {
    CoreUnderTest node = follower(1, 1);
    node.receive(B, append(1, id(1, 1), 0, 1, 1));
    node.diskCatchesUp();
    assertThat(node.receive(B, append(1, id(1, 1), 0, 1, 1)))
        .containsExactly("send b AppendAccepted t1 match=3");
  }

  @Test
  @DisplayName(
      "§6 \"a server always uses the latest configuration in its log, regardless of whether the"
          + " entry is committed\"")
  void aMembershipIsInForceFromItsAppendOn() {
    CoreUnderTest node = follower(1, 1);
    Membership four = Membership.ofVoters(List.of(A, B, C, D));
    Entry entry = Entry.membership(id(2, 1), four);
    node.receive(B, new AppendRequest(1, id(1, 1), List.of(entry), 0));
    assertThat(node.status().membership().membership()).isEqualTo(four);
    node.receive(C, append(2, id(1, 1), 0, 2));
    assertThat(node.status().membership().membership().voters()).containsExactly(A, B, C);
  }

  @Test
  @DisplayName(
      "§6 \"Agreement (for elections and entry commitment) requires separate majorities from both"
          + " the old and new configurations\"")
  void aJointElectionNeedsBothMajorities() {
    CoreUnderTest node = follower(joint(List.of(A, D), List.of(A, B, C)), 1);
    node.electionTimeout();
    node.receive(B, new PreVoteResponse(1, 2, true));
    assertThat(node.role()).as("of a and d both are needed").isEqualTo(Role.PRE_CANDIDATE);
    node.receive(D, new PreVoteResponse(1, 2, true));
    assertThat(node.role()).isEqualTo(Role.CANDIDATE);
    node.diskCatchesUp();
    node.receive(D, new VoteResponse(2, true));
    assertThat(node.role()).as("of a, b and c two are needed").isEqualTo(Role.CANDIDATE);
    node.receive(C, new VoteResponse(2, true));
    assertThat(node.role()).isEqualTo(Role.LEADER);
  }

  @Test
  @DisplayName("§6 \"Log entries are replicated to all servers in both configurations\"")
  void aJointMembershipsMembersAllGetTheEntries() {
    Membership withLearner =
        new Membership(new TreeSet<>(List.of(A, B, C)), new TreeSet<>(), new TreeSet<>(List.of(D)));
    CoreUnderTest leader = leader(withLearner, 1);
    leader.accepted(B, 1);
    leader.accepted(C, 1);
    leader.accepted(D, 1);
    assertThat(leader.step(change(A, B, D)))
        .contains(
            "send b Append t2 prev=1@t2 last=2@t2 commit=1",
            "send c Append t2 prev=1@t2 last=2@t2 commit=1",
            "send d Append t2 prev=1@t2 last=2@t2 commit=1");
  }

  @Test
  @DisplayName(
      "§6 \"the leader is managing a cluster that does not include itself; it replicates log"
          + " entries but does not count itself in majorities\"")
  void aLeaderThatIsLeavingDoesNotCountItself() {
    CoreUnderTest leader = leader(1);
    leader.accepted(B, 1);
    leader.accepted(C, 1);
    leader.step(change(B, C));
    leader.diskCatchesUp();
    leader.accepted(B, 2);
    leader.accepted(C, 2);
    leader.diskCatchesUp();
    assertThat(leader.status().last()).as("the joint membership is left").isEqualTo(id(3, 2));
    leader.accepted(B, 3);
    assertThat(leader.commitIndex()).as("b alone is one of two").isEqualTo(2);
    leader.accepted(C, 3);
    assertThat(leader.commitIndex()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "§6 \"if a server receives a RequestVote RPC within the minimum election timeout of hearing"
          + " from a current leader, it does not update its term or grant its vote\"")
  void whoHearsALeaderIgnoresOthersCandidacies() {
    CoreUnderTest node = follower(1);
    node.receive(B, heartbeat(1, 0, 0));
    node.after(ELECTION - 1);
    assertThat(node.receive(C, new VoteRequest(2, id(9, 1), false))).isEmpty();
    assertThat(node.term()).isEqualTo(1);
    CoreUnderTest other = follower(1);
    other.receive(B, heartbeat(1, 0, 0));
    other.after(ELECTION);
    assertThat(other.receive(C, new VoteRequest(2, id(9, 1), false)))
        .contains("after #1: send c VoteResponse t2 granted");
  }

  @Test
  @DisplayName(
      "§7 \"If … the follower receives a snapshot that describes a prefix of its log …, entries"
          + " following the snapshot are still valid and must be retained\"")
  void aSnapshotOfAPrefixLeavesTheRest() {
    CoreUnderTest node = follower(1, 1, 1, 1, 1);
    SnapshotMeta meta = snapshot(2, 1);
    assertThat(node.step(new Input.SnapshotReceived(B, meta)))
        .containsExactly("send b AppendAccepted t1 match=2", "apply 1..2");
    assertThat(node.status().last()).isEqualTo(id(4, 1));
  }

  @Test
  @DisplayName(
      "§7 \"the snapshot will contain new information not already in the recipient's log … the"
          + " follower discards its entire log\"")
  void aSnapshotWithNewInformationTakesTheLogsPlace() {
    CoreUnderTest node = follower(2, 1, 1, 1, 1);
    assertThat(node.step(new Input.SnapshotReceived(B, snapshot(3, 2))))
        .contains("after #1: send b AppendAccepted t2 match=3");
    assertThat(node.status().last()).isEqualTo(id(3, 2));
  }

  private static SnapshotMeta snapshot(long index, long term) {
    return new SnapshotMeta(
        id(index, term), new MembershipEntry(EntryId.ZERO, Membership.ofVoters(List.of(A, B, C))));
  }

  @Test
  @DisplayName(
      "§8 \"each leader commit[s] a blank no-op entry into the log at the start of its term\"")
  void aLeaderBeginsWithANoop() {
    CoreUnderTest candidate = follower(1, 1);
    candidate.electionTimeout();
    candidate.receive(B, new PreVoteResponse(1, 2, true));
    candidate.diskCatchesUp();
    assertThat(candidate.receive(B, new VoteResponse(2, true))).contains("persist #2 2@t2 noop");
  }

  @Test
  @DisplayName(
      "§8 \"a leader must check whether it has been deposed before processing a read-only request\"")
  void aReadWaitsForAMajority() {
    CoreUnderTest leader = leader(1);
    leader.accepted(B, 1);
    assertThat(leader.step(new Input.ReadBarrier(1)))
        .containsExactly(
            "send b Heartbeat t2 commit=1 read=1", "send c Heartbeat t2 commit=0 read=1");
    assertThat(leader.receive(C, heartbeatAnswer(2, 1))).contains("read 1 granted at 1");
  }
}
