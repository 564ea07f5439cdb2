package io.balsa.raft.protocol.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VotesTest {
  private static final NodeId A = NodeId.of("a");
  private static final NodeId B = NodeId.of("b");
  private static final NodeId C = NodeId.of("c");

  private static VoteTally tallyOfThree() {
    return new VoteTally(new JointQuorum(Membership.ofVoters(List.of(A, B, C))));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # candidate's last   own last   up-to-date
          2, 5,                1, 9,      true
          1, 9,                2, 5,      false
          2, 5,                2, 5,      true
          2, 6,                2, 5,      true
          2, 4,                2, 5,      false
          0, 0,                0, 0,      true
          """)
  void theLaterTermOrElseTheLongerLogIsMoreUpToDate(
      long term, long index, long ownTerm, long ownIndex, boolean upToDate) {
    assertThat(VoteRule.isUpToDate(new EntryId(term, index), new EntryId(ownTerm, ownIndex)))
        .isEqualTo(upToDate);
  }

  @Test
  void aVoteMayBeRepeatedButNotGivenToASecondCandidate() {
    assertThat(VoteRule.isFree(Optional.empty(), A)).isTrue();
    assertThat(VoteRule.isFree(Optional.of(A), A)).isTrue();
    assertThat(VoteRule.isFree(Optional.of(B), A)).isFalse();
  }

  /** Trap V16. */
  @Test
  void aVoterCountsOnceAndAStrangerNot() {
    VoteTally tally = tallyOfThree();
    tally.record(A, true);
    tally.record(A, true);
    tally.record(NodeId.of("stranger"), true);
    assertThat(tally.isWon()).isFalse();
    tally.record(B, true);
    assertThat(tally.isWon()).isTrue();
  }

  @Test
  void aVotersFirstAnswerStands() {
    VoteTally tally = tallyOfThree();
    tally.record(A, true);
    tally.record(B, false);
    tally.record(B, true);
    assertThat(tally.isWon()).isFalse();
    assertThat(tally.isLost()).as("c may still grant").isFalse();
    tally.record(C, false);
    assertThat(tally.isLost()).isTrue();
  }

  @Test
  void anElectionTimeoutLiesBetweenOneAndTwo() {
    ElectionTimer timer = new ElectionTimer(1_000, 100, 42, 0);
    for (int i = 0; i < 1_000; i++) {
      timer.restart(5_000);
      assertThat(timer.deadline()).isBetween(6_000L, 6_999L);
    }
  }

  @Test
  void aLeaderKnownToBeGoneIsReplacedWithinAHeartbeatAndTriedAgainSoon() {
    ElectionTimer timer = new ElectionTimer(1_000, 100, 42, 0);
    timer.restart(0);
    timer.hurry(A, 10);
    assertThat(timer.deadline()).isLessThan(110);
    timer.restartForPreVote(200);
    assertThat(timer.deadline()).isLessThan(400);
    timer.restartForVote(210);
    assertThat(timer.deadline()).as("votes wait for disks").isGreaterThanOrEqualTo(1_210);
    timer.onElectionLost(220);
    assertThat(timer.deadline()).as("a split vote is tried again soon").isLessThan(420);
    timer.restart(300);
    timer.onElectionLost(310);
    assertThat(timer.deadline()).isGreaterThanOrEqualTo(1_300);
    timer.restartForPreVote(400);
    assertThat(timer.deadline()).as("a leader was heard since").isGreaterThanOrEqualTo(1_400);
  }
}
