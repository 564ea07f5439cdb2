package io.balsa.raft.protocol.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadRoundsTest {
  private static final NodeId SELF = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");
  private static final JointQuorum THREE =
      new JointQuorum(Membership.ofVoters(List.of(SELF, N2, N3)));

  private final ReadRounds rounds = new ReadRounds();

  private void read(long readId) {
    rounds.add(new ReadRounds.Waiter(Optional.empty(), readId));
  }

  private List<Long> confirmed(JointQuorum quorum) {
    return rounds.takeConfirmed(SELF, quorum).stream()
        .flatMap(round -> round.waiters().stream())
        .map(ReadRounds.Waiter::readId)
        .toList();
  }

  @Test
  void aRoundIsConfirmedByAQuorumOfAnswers() {
    read(1);
    read(2);
    assertThat(rounds.closeRound(7)).isTrue();
    assertThat(confirmed(THREE)).isEmpty();
    rounds.onAnswer(N2, rounds.sequence());
    assertThat(confirmed(THREE)).containsExactly(1L, 2L);
    assertThat(rounds.isEmpty()).isTrue();
  }

  /** Traps R1, R2: an answer to a heartbeat that left before a read arrived says nothing about that read. */
  @Test
  void aLateReadIsNotConfirmedByTheRoundUnderWay() {
    read(1);
    rounds.closeRound(7);
    long firstRound = rounds.sequence();
    read(2);
    rounds.onAnswer(N2, firstRound);
    assertThat(confirmed(THREE)).containsExactly(1L);
    rounds.closeRound(8);
    rounds.onAnswer(N3, firstRound);
    assertThat(confirmed(THREE)).as("a late answer to the first round").isEmpty();
    rounds.onAnswer(N3, rounds.sequence());
    assertThat(confirmed(THREE)).containsExactly(2L);
  }

  /** Trap R5. */
  @Test
  void oneFollowerAnsweringTwiceIsStillOne() {
    JointQuorum five =
        new JointQuorum(
            Membership.ofVoters(List.of(SELF, N2, N3, NodeId.of("n4"), NodeId.of("n5"))));
    read(1);
    rounds.closeRound(7);
    rounds.onAnswer(N2, rounds.sequence());
    rounds.onAnswer(N2, rounds.sequence());
    assertThat(confirmed(five)).isEmpty();
  }

  /** Trap R4. */
  @Test
  void onlyVotersConfirm() {
    read(1);
    rounds.closeRound(7);
    rounds.onAnswer(NodeId.of("learner"), rounds.sequence());
    assertThat(confirmed(THREE)).isEmpty();
  }

  @Test
  void anAnswerToALaterRoundConfirmsTheEarlierOnesToo() {
    read(1);
    rounds.closeRound(7);
    read(2);
    rounds.closeRound(8);
    rounds.onAnswer(N2, rounds.sequence());
    assertThat(confirmed(THREE)).containsExactly(1L, 2L);
  }

  @Test
  void withEnoughRoundsOpenFurtherReadsWaitForTheNextOneTogether() {
    read(1);
    assertThat(rounds.closeRound(7)).isTrue();
    read(2);
    assertThat(rounds.closeRound(7)).isTrue();
    read(3);
    assertThat(rounds.closeRound(7)).isFalse();
    assertThat(rounds.takeAll()).hasSize(3);
  }
}
