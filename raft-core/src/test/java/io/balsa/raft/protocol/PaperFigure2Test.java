package io.balsa.raft.protocol;

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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.message.Message.AppendAccepted;
import io.balsa.raft.message.Message.AppendRejected;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.VoteRequest;
import io.balsa.raft.message.Message.VoteResponse;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.Role;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Figure 2 of the paper, sentence by sentence: what the node owes for one message. Where it departs from the sentence,
 * {@code docs/DIVERGENCE.md} says why.
 */
class PaperFigure2Test {

  private static long[] terms(String text) {
    return text == null
        ? new long[0]
        : Arrays.stream(text.trim().split(" ")).mapToLong(Long::parseLong).toArray();
  }

  @Nested
  class State {
    @Test
    @DisplayName("\"Updated on stable storage before responding to RPCs\"")
    void persistentStateIsDurableBeforeTheResponse() {
      CoreUnderTest voter = follower(1);
      assertThat(voter.receive(B, new VoteRequest(2, EntryId.ZERO, false)))
          .containsExactly("persist #1 t2 vote=b", "after #1: send b VoteResponse t2 granted");
      assertThat(voter.receive(B, append(2, EntryId.ZERO, 0, 2)))
          .containsExactly("persist #2 1@t2 \"x\"", "after #2: send b AppendAccepted t2 match=1");
    }

    @Test
    @DisplayName(
        "currentTerm: \"latest term server has seen (initialized to 0 on first boot, increases"
            + " monotonically)\"")
    void theTermIsTheLatestSeenAndNeverFalls() {
      assertThat(follower(0).term()).isZero();
      CoreUnderTest node = follower(1);
      node.receive(B, heartbeat(3, 0, 0));
      node.receive(C, heartbeat(2, 0, 0));
      assertThat(node.term()).isEqualTo(3);
    }

    @Test
    @DisplayName("votedFor: \"candidateId that received vote in current term (or null if none)\"")
    void aNewTermBeginsWithoutAVote() {
      CoreUnderTest node = follower(1);
      node.receive(B, new VoteRequest(2, EntryId.ZERO, false));
      assertThat(node.status().votedFor()).contains(B);
      assertThat(node.receive(C, heartbeat(3, 0, 0))).contains("persist #2 t3 vote=-");
      assertThat(node.status().votedFor()).isEmpty();
    }

    @Test
    @DisplayName("commitIndex, lastApplied: \"initialized to 0, increases monotonically\"")
    void theCommitIndexNeverFalls() {
      CoreUnderTest node = follower(1, 1, 1, 1);
      assertThat(node.commitIndex()).isZero();
      node.receive(B, append(1, id(3, 1), 3));
      node.receive(B, append(1, id(3, 1), 1));
      assertThat(node.commitIndex()).isEqualTo(3);
      assertThat(node.status().appliedIndex()).isEqualTo(3);
    }

    @Test
    @DisplayName(
        "nextIndex[]: \"index of the next log entry to send to that server (initialized to leader"
            + " last log index + 1)\"")
    void aNewLeaderBeginsWithItsOwnNewEntry() {
      CoreUnderTest candidate = follower(2, 1, 1, 2);
      candidate.electionTimeout();
      candidate.receive(B, new PreVoteResponse(2, 3, true));
      candidate.diskCatchesUp();
      assertThat(candidate.receive(B, new VoteResponse(3, true)))
          .contains(
              "send b Append t3 prev=3@t2 last=4@t3 commit=0",
              "send c Append t3 prev=3@t2 last=4@t3 commit=0");
    }

    @Test
    @DisplayName(
        "matchIndex[]: \"index of highest log entry known to be replicated on server (initialized"
            + " to 0, increases monotonically)\"")
    void theMatchIndexNeverFalls() {
      CoreUnderTest leader = leader(1, 1, 1);
      assertThat(leader.status().matchIndex()).containsEntry(C, 0L);
      leader.accepted(C, 3);
      leader.accepted(C, 2);
      assertThat(leader.status().matchIndex()).containsEntry(C, 3L);
    }
  }

  @Nested
  class AppendEntries {
    @Test
    @DisplayName("1. \"Reply false if term < currentTerm\"")
    void anAppendOfAnOlderTermIsAnsweredWithTheNewerTerm() {
      CoreUnderTest node = follower(3, 1);
      assertThat(node.receive(B, append(2, id(1, 1), 1, 2)))
          .containsExactly("send b HeartbeatResponse t3 read=0");
      assertThat(node.status().last()).isEqualTo(id(1, 1));
      assertThat(node.commitIndex()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            # own terms   prev index   prev term   answer
            1 1,          3,           1,          AppendRejected t4 prev=3 hint=2@t1
            1 1,          2,           2,          AppendRejected t4 prev=2 hint=2@t1
            1 1 3 3,      4,           2,          AppendRejected t4 prev=4 hint=2@t1
            ,             1,           1,          AppendRejected t4 prev=1 hint=0@t0
            1 1,          2,           1,          AppendAccepted t4 match=2
            1 1,          1,           1,          AppendAccepted t4 match=1
            1 1,          0,           0,          AppendAccepted t4 match=0
            """)
    @DisplayName(
        "2. \"Reply false if log doesn't contain an entry at prevLogIndex whose term matches"
            + " prevLogTerm\"")
    void theEntryBeforeMustMatch(String own, long prevIndex, long prevTerm, String answer) {
      CoreUnderTest node = follower(4, terms(own));
      assertThat(node.receive(B, append(4, id(prevIndex, prevTerm), 0)))
          .containsExactly("send b " + answer);
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            # own terms   prev   terms sent   own last afterwards
            1 1 1,        1,     2,           2@t2
            1 1 1,        0,     1 2,         2@t2
            1 1 1 1,      2,     1 2 3,       5@t3
            1 2 2,        0,     2,           1@t2
            """)
    @DisplayName(
        "3. \"If an existing entry conflicts with a new one (same index but different terms),"
            + " delete the existing entry and all that follow it\"")
    void aConflictDeletesTheRest(String own, long prevIndex, String sent, String last) {
      CoreUnderTest node = follower(3, terms(own));
      long prevTerm = prevIndex == 0 ? 0 : terms(own)[(int) prevIndex - 1];
      node.receive(B, append(3, id(prevIndex, prevTerm), 0, terms(sent)));
      assertThat(node.status().last()).hasToString(last);
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            # own terms   prev   terms sent   own last afterwards
            1 1 1,        0,     1,           3@t1
            1 1 1,        1,     1,           3@t1
            1 1 1,        3,     ,            3@t1
            1 1 1,        1,     1 1 1,       4@t1
            1 1 1,        3,     1 1,         5@t1
            """)
    @DisplayName("4. \"Append any new entries not already in the log\"")
    void whatIsThereStays(String own, long prevIndex, String sent, String last) {
      CoreUnderTest node = follower(1, terms(own));
      long prevTerm = prevIndex == 0 ? 0 : 1;
      node.receive(B, append(1, id(prevIndex, prevTerm), 0, terms(sent)));
      assertThat(node.status().last()).hasToString(last);
    }

    /** The follower's log goes through 4; beyond what the append confirms, it may be another leader's. */
    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            # prev   sent   leaderCommit   commit index afterwards
            2,       ,      1,             1
            2,       ,      2,             2
            2,       ,      4,             2
            2,       1,     4,             3
            2,       1 1,   4,             4
            2,       1 1,   9,             4
            2,       1 1,   0,             0
            """)
    @DisplayName(
        "5. \"If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new"
            + " entry)\"")
    void theCommitIndexIsBoundedByWhatTheAppendConfirms(
        long prevIndex, String sent, long leaderCommit, long commitIndex) {
      CoreUnderTest node = follower(1, 1, 1, 1, 1);
      node.receive(B, append(1, id(prevIndex, 1), leaderCommit, terms(sent)));
      assertThat(node.commitIndex()).isEqualTo(commitIndex);
    }

    /** Not Figure 2's, whose heartbeats are appends: ours name only what this node confirmed to this leader. */
    @Test
    @DisplayName("a heartbeat's commit index beyond the log says nothing")
    void aHeartbeatBeyondTheLogCommitsNothing() {
      CoreUnderTest node = follower(1, 1, 1);
      node.receive(B, heartbeat(1, 3, 0));
      assertThat(node.commitIndex()).isZero();
      node.receive(B, heartbeat(1, 2, 0));
      assertThat(node.commitIndex()).isEqualTo(2);
    }
  }

  @Nested
  class RequestVote {
    @Test
    @DisplayName("1. \"Reply false if term < currentTerm\"")
    void aRequestOfAnOlderTermIsRefused() {
      assertThat(follower(3).receive(B, new VoteRequest(2, id(9, 2), false)))
          .containsExactly("send b VoteResponse t3 refused");
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            # own terms   candidate's last index, term   vote
            1 1 2,        3, 2,                          granted
            1 1 2,        4, 2,                          granted
            1 1 2,        2, 3,                          granted
            1 1 2,        2, 2,                          refused
            1 1 2,        9, 1,                          refused
            ,             0, 0,                          granted
            """)
    @DisplayName(
        "2. \"If votedFor is null or candidateId, and candidate's log is at least as up-to-date as"
            + " receiver's log, grant vote\"")
    void aVoteIsForAnUpToDateLog(String own, long lastIndex, long lastTerm, String verdict) {
      CoreUnderTest node = follower(3, terms(own));
      assertThat(node.receive(B, new VoteRequest(4, id(lastIndex, lastTerm), false)))
          .endsWith("after #1: send b VoteResponse t4 " + verdict);
    }

    @Test
    @DisplayName("2. \"If votedFor is null or candidateId …\"")
    void aVoteIsGivenOnceAndMayBeRepeated() {
      CoreUnderTest node = follower(1);
      node.receive(B, new VoteRequest(2, EntryId.ZERO, false));
      node.diskCatchesUp();
      assertThat(node.receive(C, new VoteRequest(2, id(5, 1), false)))
          .containsExactly("send c VoteResponse t2 refused");
      assertThat(node.receive(B, new VoteRequest(2, EntryId.ZERO, false)))
          .containsExactly("send b VoteResponse t2 granted");
    }
  }

  @Nested
  class AllServers {
    @Test
    @DisplayName(
        "\"If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state"
            + " machine\"")
    void whatIsCommittedAndDurableIsApplied() {
      CoreUnderTest node = follower(1, 1, 1);
      assertThat(node.receive(B, append(1, id(2, 1), 3, 1)))
          .contains("apply 1..2")
          .doesNotContain("apply 1..3");
      assertThat(node.diskCatchesUp()).containsExactly("apply 3..3");
    }

    @ParameterizedTest
    @CsvSource({"FOLLOWER", "PRE_CANDIDATE", "CANDIDATE", "LEADER"})
    @DisplayName(
        "\"If RPC request or response contains term T > currentTerm: set currentTerm = T, convert"
            + " to follower\"")
    void aHigherTermMakesAFollower(Role role) {
      CoreUnderTest node = role == Role.LEADER ? leader(1) : follower(2);
      if (role == Role.PRE_CANDIDATE || role == Role.CANDIDATE) {
        node.electionTimeout();
      }
      if (role == Role.CANDIDATE) {
        node.receive(B, new PreVoteResponse(2, 3, true));
      }
      assertThat(node.role()).isEqualTo(role);
      node.receive(C, new AppendRejected(7, 1, EntryId.ZERO));
      assertThat(node.role()).isEqualTo(Role.FOLLOWER);
      assertThat(node.term()).isEqualTo(7);
    }
  }

  /** Trap V19: the clock is the driver's, monotonic, and read nowhere else. */
  @Test
  void timeNeverGoesBack() {
    CoreUnderTest node = follower(1);
    node.after(10);
    assertThatThrownBy(() -> node.after(-1))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("time goes back");
  }

  @Nested
  class Followers {
    @Test
    @DisplayName(
        "\"If election timeout elapses without receiving AppendEntries RPC from current leader or"
            + " granting vote to candidate: convert to candidate\"")
    void onlyALeadersMessageOrAVoteGivenRestartsTheTimer() {
      CoreUnderTest node = follower(1, 1);
      node.after(ELECTION / 2);
      long deadline = node.nextDeadline();
      node.receive(B, new VoteRequest(2, EntryId.ZERO, false));
      assertThat(node.nextDeadline()).as("a vote was refused").isEqualTo(deadline);
      node.receive(B, append(1, id(1, 1), 0));
      assertThat(node.nextDeadline()).as("an old leader").isEqualTo(deadline);
      node.receive(C, new VoteRequest(2, id(1, 1), false));
      assertThat(node.nextDeadline()).as("a vote was given").isNotEqualTo(deadline);
      long afterVote = node.nextDeadline();
      node.after(HEARTBEAT);
      node.receive(C, append(2, id(1, 1), 0));
      assertThat(node.nextDeadline()).as("the leader was heard").isNotEqualTo(afterVote);
      node.diskCatchesUp();
      assertThat(node.electionTimeout()).contains("send b PreVoteRequest t3 last=1@t1");
    }
  }

  @Nested
  class Candidates {
    @Test
    @DisplayName(
        "\"On conversion to candidate, start election: Increment currentTerm, Vote for self, Reset"
            + " election timer, Send RequestVote RPCs to all other servers\"")
    void anElectionBegins() {
      CoreUnderTest node = follower(2, 1);
      node.electionTimeout();
      assertThat(node.receive(B, new PreVoteResponse(2, 3, true)))
          .containsExactly(
              "persist #1 t3 vote=a",
              "after #1: send b VoteRequest t3 last=1@t1",
              "after #1: send c VoteRequest t3 last=1@t1");
      assertThat(node.nextDeadline() - node.now()).isBetween(ELECTION, 2 * ELECTION);
    }

    @Test
    @DisplayName("\"If votes received from majority of servers: become leader\"")
    void aMajorityElects() {
      CoreUnderTest node = follower(1);
      node.electionTimeout();
      node.receive(B, new PreVoteResponse(1, 2, true));
      node.receive(B, new VoteResponse(2, true));
      assertThat(node.role()).as("its own vote isn't durable").isEqualTo(Role.CANDIDATE);
      node.diskCatchesUp();
      assertThat(node.role()).isEqualTo(Role.LEADER);
    }

    @Test
    @DisplayName("\"If AppendEntries RPC received from new leader: convert to follower\"")
    void aLeaderOfTheTermIsRecognized() {
      CoreUnderTest node = follower(1);
      node.electionTimeout();
      node.receive(B, new PreVoteResponse(1, 2, true));
      node.receive(C, append(2, EntryId.ZERO, 0));
      assertThat(node.role()).isEqualTo(Role.FOLLOWER);
      assertThat(node.status().leader()).contains(C);
      assertThat(node.term()).isEqualTo(2);
    }

    @Test
    @DisplayName("\"If election timeout elapses: start new election\"")
    void anElectionWithoutAWinnerIsFollowedByAnother() {
      CoreUnderTest node = follower(1);
      node.electionTimeout();
      node.receive(B, new PreVoteResponse(1, 2, true));
      node.diskCatchesUp();
      assertThat(node.electionTimeout()).contains("send b PreVoteRequest t3 last=0@t0");
    }
  }

  @Nested
  class Leaders {
    @Test
    @DisplayName(
        "\"Upon election: send initial empty AppendEntries RPCs (heartbeat) to each server; repeat"
            + " during idle periods to prevent election timeouts\"")
    void aLeaderIsHeard() {
      CoreUnderTest leader = leader(1);
      assertThat(leader.after(HEARTBEAT))
          .containsExactly(
              "send b Heartbeat t2 commit=0 read=0", "send c Heartbeat t2 commit=0 read=0");
    }

    @Test
    @DisplayName(
        "\"If command received from client: append entry to local log, respond after entry applied"
            + " to state machine\"")
    void aCommandIsAppendedAndAppliedWhenCommitted() {
      CoreUnderTest leader = leader(1);
      leader.accepted(B, 1);
      assertThat(leader.propose("x"))
          .contains("persist #3 2@t2 \"x\"", "proposals 1 accepted at 2@t2")
          .noneMatch(line -> line.startsWith("apply"));
      leader.diskCatchesUp();
      assertThat(leader.accepted(B, 2)).contains("apply 2..2");
    }

    @Test
    @DisplayName(
        "\"If last log index ≥ nextIndex for a follower: send AppendEntries RPC with log entries"
            + " starting at nextIndex\"")
    void entriesAreSentFromTheNextIndexOn() {
      CoreUnderTest leader = leader(1);
      leader.accepted(B, 1);
      assertThat(leader.propose("x"))
          .contains("send b Append t2 prev=1@t2 last=2@t2 commit=1")
          .noneMatch(line -> line.startsWith("send c Append"));
    }

    @Test
    @DisplayName("\"If successful: update nextIndex and matchIndex for follower\"")
    void anAcknowledgementMovesBoth() {
      CoreUnderTest leader = leader(1);
      leader.propose("x");
      assertThat(leader.accepted(B, 1)).contains("send b Append t2 prev=1@t2 last=2@t2 commit=1");
      assertThat(leader.status().matchIndex()).containsEntry(B, 1L);
    }

    /** By whole terms rather than by one: paper §5.3, end. */
    @Test
    @DisplayName(
        "\"If AppendEntries fails because of log inconsistency: decrement nextIndex and retry\"")
    void aRejectionGoesBack() {
      CoreUnderTest leader = leader(4, 1, 3, 3, 4);
      assertThat(leader.receive(B, new AppendRejected(5, 4, id(4, 2))))
          .containsExactly("send b Append t5 prev=1@t1 last=5@t5 commit=0");
      assertThat(leader.receive(B, new AppendRejected(5, 1, id(0, 0))))
          .containsExactly("send b Append t5 prev=0@t0 last=5@t5 commit=0");
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            # entries' terms   match of b, of c   commit index afterwards
            1 1,               2, 2,              0
            1 1,               3, 0,              3
            1 1,               1, 3,              3
            1 1,               0, 0,              0
            ,                  1, 1,              1
            """)
    @DisplayName(
        "\"If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, and"
            + " log[N].term == currentTerm: set commitIndex = N\"")
    void aMajorityCommitsEntriesOfTheTerm(String terms, long matchB, long matchC, long commit) {
      CoreUnderTest leader = leader(1, terms(terms));
      leader.accepted(B, matchB);
      leader.accepted(C, matchC);
      assertThat(leader.commitIndex()).isEqualTo(commit);
    }

    /** Trap L8: positions are of a term. */
    @Test
    @DisplayName("an answer of an older term counts for nothing")
    void anAnswerOfAnOlderTermCountsForNothing() {
      CoreUnderTest leader = leader(3, 1, 1);
      leader.receive(B, new AppendAccepted(3, 3));
      leader.receive(B, heartbeatAnswer(3, 99));
      assertThat(leader.status().matchIndex()).containsEntry(B, 0L);
      assertThat(leader.commitIndex()).isZero();
    }

    /** Traps L11 and Z3: the leader's own disk is one of the majority, or isn't. */
    @Test
    @DisplayName("the leader counts itself with what is on its own disk")
    void theLeadersOwnDiskCounts() {
      CoreUnderTest leader = leader(1);
      leader.propose("x");
      leader.accepted(B, 2);
      assertThat(leader.commitIndex()).isEqualTo(1);
      leader.diskCatchesUp();
      assertThat(leader.commitIndex()).isEqualTo(2);
    }
  }
}
