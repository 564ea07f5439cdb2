package io.balsa.raft.protocol;

import static io.balsa.raft.protocol.CoreUnderTest.A;
import static io.balsa.raft.protocol.CoreUnderTest.B;
import static io.balsa.raft.protocol.CoreUnderTest.C;
import static io.balsa.raft.protocol.CoreUnderTest.ELECTION;
import static io.balsa.raft.protocol.CoreUnderTest.HEARTBEAT;
import static io.balsa.raft.protocol.CoreUnderTest.append;
import static io.balsa.raft.protocol.CoreUnderTest.follower;
import static io.balsa.raft.protocol.CoreUnderTest.heartbeat;
import static io.balsa.raft.protocol.CoreUnderTest.heartbeatAnswer;
import static io.balsa.raft.protocol.CoreUnderTest.id;
import static io.balsa.raft.protocol.CoreUnderTest.leader;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.Message.AppendRequest;
import io.balsa.raft.message.Message.PreVoteRequest;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.ReadIndexResponse;
import io.balsa.raft.message.Message.TimeoutNow;
import io.balsa.raft.message.Message.VoteRequest;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sentences of Ongaro's thesis that go beyond the paper and that the code relies on. */
class ThesisTest {

  // ---- §3.10, leadership transfer

  @Test
  @DisplayName("§3.10 \"The prior leader stops accepting new client requests\"")
  void aLeaderThatHandsOverRefusesProposals() {
    CoreUnderTest leader = leader(1);
    leader.step(new Input.TransferLeadership(B));
    assertThat(leader.propose("x"))
        .containsExactly("proposals 1 rejected LEADERSHIP_TRANSFER leader=a");
  }

  @Test
  @DisplayName(
      "§3.10 \"The prior leader fully updates the target server's log to match its own …"
          + " [then] sends a TimeoutNow request\"")
  void theTargetIsBroughtUpToDateFirst() {
    CoreUnderTest leader = leader(1);
    leader.propose("x");
    assertThat(leader.step(new Input.TransferLeadership(B))).isEmpty();
    assertThat(leader.accepted(B, 1)).doesNotContain("send b TimeoutNow t2");
    assertThat(leader.accepted(B, 2)).contains("send b TimeoutNow t2");
  }

  @Test
  @DisplayName(
      "§3.10 \"This request has the same effect as the target server's election timer firing: the"
          + " target server starts a new election (incrementing its term and becoming a candidate)\"")
  void theTargetAsksForVotesAtOnce() {
    CoreUnderTest target = follower(1);
    target.receive(B, heartbeat(1, 0, 0));
    assertThat(target.receive(B, new TimeoutNow(1)))
        .containsExactly(
            "persist #1 t2 vote=a",
            "after #1: send b VoteRequest t2 last=0@t0 transfer",
            "after #1: send c VoteRequest t2 last=0@t0 transfer");
  }

  /** Trap T3. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # term of the request   from   why it is ignored
          1,                      b,     an older term
          2,                      c,     not the leader
          """)
  @DisplayName("a TimeoutNow that is late or not the leader's is ignored")
  void aStrayTimeoutNowIsIgnored(long term, String from, String why) {
    CoreUnderTest node = follower(2);
    node.receive(B, heartbeat(2, 0, 0));
    node.receive(NodeId.of(from), new TimeoutNow(term));
    assertThat(node.role()).as(why).isEqualTo(Role.FOLLOWER);
    assertThat(node.term()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "§3.10 \"If leadership transfer does not complete after about an election timeout, the prior"
          + " leader aborts the transfer and resumes accepting client requests\"")
  void aTransferIsGivenUp() {
    CoreUnderTest leader = leader(1);
    leader.step(new Input.TransferLeadership(B));
    for (long t = 0; t < ELECTION; t += HEARTBEAT) {
      leader.after(HEARTBEAT);
      leader.receive(C, heartbeatAnswer(2, 0));
    }
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    assertThat(leader.propose("x")).contains("proposals 1 accepted at 2@t2");
  }

  // ---- §4.2, membership

  @Test
  @DisplayName(
      "§4.2.1 \"the leader replicates log entries to it, but it is not yet counted towards"
          + " majorities for voting or commitment purposes\"")
  void aLearnerNeverCampaigns() {
    Membership membership =
        new Membership(new TreeSet<>(List.of(B, C)), new TreeSet<>(), new TreeSet<>(List.of(A)));
    CoreUnderTest learner = follower(membership, 1);
    for (int i = 0; i < 10; i++) {
      assertThat(learner.electionTimeout()).isEmpty();
    }
    assertThat(learner.receive(B, new VoteRequest(2, EntryId.ZERO, false)))
        .as("and yet answers: it may be a voter that doesn't know it (trap V13)")
        .contains("after #1: send b VoteResponse t2 granted");
  }

  @Test
  @DisplayName(
      "§4.2.2 \"a server that is not in its own latest configuration should still start new"
          + " elections\"")
  void aFormerVoterCampaignsUntilItsRemovalIsCommitted() {
    CoreUnderTest node = follower(1, 1);
    Entry removal = Entry.membership(id(2, 1), Membership.ofVoters(List.of(B, C)));
    node.receive(B, new AppendRequest(1, id(1, 1), List.of(removal), 1));
    node.diskCatchesUp();
    assertThat(node.electionTimeout())
        .containsExactly(
            "send b PreVoteRequest t2 last=2@t1", "send c PreVoteRequest t2 last=2@t1");
    node.receive(B, append(1, id(2, 1), 2));
    assertThat(node.electionTimeout()).as("the removal is committed").isEmpty();
  }

  // ---- §6.2, check-quorum

  @Test
  @DisplayName(
      "§6.2 \"a leader steps down if an election timeout elapses without a successful round of"
          + " heartbeats to a majority of its cluster\"")
  void aLeaderWithoutAMajorityStepsDown() {
    CoreUnderTest leader = leader(1);
    leader.after(ELECTION / 2);
    leader.receive(C, heartbeatAnswer(2, 0));
    leader.after(ELECTION - 1);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    leader.after(1);
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.term()).isEqualTo(2);
  }

  // ---- §6.4, reads

  @Test
  @DisplayName(
      "§6.4 \"If the leader has not yet marked an entry from its current term committed, it waits"
          + " until it has done so\"")
  void aReadWaitsForTheNoop() {
    CoreUnderTest leader = leader(1);
    assertThat(leader.step(new Input.ReadBarrier(1))).isEmpty();
    assertThat(leader.accepted(B, 1)).contains("send b Heartbeat t2 commit=1 read=1");
  }

  @Test
  @DisplayName("§6.4 \"The leader saves its current commit index in a local variable readIndex\"")
  void theReadIndexIsTheCommitIndexWhenTheRoundBegins() {
    CoreUnderTest leader = leader(1);
    leader.accepted(B, 1);
    leader.step(new Input.ReadBarrier(1));
    leader.propose("x");
    leader.diskCatchesUp();
    leader.accepted(B, 2);
    assertThat(leader.receive(B, heartbeatAnswer(2, 1))).contains("read 1 granted at 1");
  }

  @Test
  @DisplayName(
      "§6.4 \"It issues a new round of heartbeats and waits for their acknowledgments from a"
          + " majority of the cluster\"")
  void anAnswerToAnEarlierRoundConfirmsNothing() {
    CoreUnderTest leader = leader(1);
    leader.accepted(B, 1);
    leader.step(new Input.ReadBarrier(1));
    assertThat(leader.receive(B, heartbeatAnswer(2, 0))).noneMatch(line -> line.startsWith("read"));
  }

  @Test
  @DisplayName(
      "§6.4 followers: \"the follower … issue[s] a request to the leader that just asks for a"
          + " current readIndex\"")
  void aFollowerAsksForAReadIndex() {
    CoreUnderTest node = follower(1);
    node.receive(B, heartbeat(1, 0, 0));
    assertThat(node.step(new Input.ReadBarrier(4)))
        .containsExactly("send b ReadIndexRequest t1 read=4");
    assertThat(node.receive(B, new ReadIndexResponse(1, 4, 7)))
        .containsExactly("read 4 granted at 7");
  }

  // ---- §9.6, pre-vote

  @Test
  @DisplayName(
      "§9.6 \"a candidate only increments its term if it first learns from a majority of the"
          + " cluster that they would be willing to grant the candidate their votes\"")
  void aPreCandidateKeepsItsTerm() {
    CoreUnderTest node = follower(1);
    assertThat(node.electionTimeout())
        .containsExactly(
            "send b PreVoteRequest t2 last=0@t0", "send c PreVoteRequest t2 last=0@t0");
    assertThat(node.term()).isEqualTo(1);
    node.receive(B, new PreVoteResponse(1, 2, false));
    assertThat(node.term()).isEqualTo(1);
    node.receive(C, new PreVoteResponse(1, 2, true));
    assertThat(node.term()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # leader heard before (-1: never)   proposed term   candidate's last   verdict
          -1,                                 3,              1@t1,              granted
          0,                                  3,              1@t1,              refused
          999,                                3,              1@t1,              refused
          1000,                               3,              1@t1,              granted
          -1,                                 3,              0@t0,              refused
          -1,                                 2,              1@t1,              refused
          """)
  @DisplayName(
      "§9.6 \"(if the candidate's log is sufficiently up-to-date, and the voters have not received"
          + " heartbeats from a valid leader for at least a baseline election timeout)\"")
  void whoWouldVote(long heardBefore, long proposedTerm, String last, String verdict) {
    CoreUnderTest node = follower(2, 1);
    if (heardBefore >= 0) {
      node.receive(B, heartbeat(2, 0, 0));
      node.after(heardBefore);
    }
    EntryId candidateLast = last.equals("1@t1") ? id(1, 1) : EntryId.ZERO;
    assertThat(node.receive(C, new PreVoteRequest(proposedTerm, candidateLast)))
        .containsExactly("send c PreVoteResponse t2 for=t" + proposedTerm + " " + verdict);
  }

  /** Traps V9 and V10. */
  @Test
  @DisplayName("a pre-vote binds nobody: neither term, vote nor timer changes")
  void beingAskedChangesNothing() {
    CoreUnderTest node = follower(1);
    long deadline = node.nextDeadline();
    CoreStatus before = node.status();
    node.receive(B, new PreVoteRequest(9, id(5, 1)));
    assertThat(node.status()).isEqualTo(before);
    assertThat(node.nextDeadline()).isEqualTo(deadline);
    node.receive(B, new PreVoteResponse(1, 2, true));
    assertThat(node.status()).as("an answer that nobody waits for").isEqualTo(before);
  }
}
