package io.balsa.raft.protocol.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.quorum.JointQuorum;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Times are plain numbers; the election timeout is 1,000, and clocks are right to 10 %: a lease lasts 818. */
final class LeaderLeaseTest {
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");
  private static final NodeId N4 = NodeId.of("n4");
  private static final JointQuorum THREE =
      new JointQuorum(Membership.ofVoters(List.of(N1, N2, N3)));

  private final LeaderLease lease = new LeaderLease(1_000, 100_000);

  private void beat(long sequence, long at, NodeId... answering) {
    lease.onSent(sequence, at);
    for (NodeId peer : answering) {
      lease.onAnswer(peer, sequence);
    }
  }

  @Test
  void aMajorityThatAnsweredMakesALease() {
    assertThat(lease.isValid(N1, THREE, 0)).isFalse();
    beat(1, 100);
    assertThat(lease.isValid(N1, THREE, 100)).as("sent, and not answered").isFalse();
    lease.onAnswer(N2, 1);
    assertThat(lease.isValid(N1, THREE, 101)).isTrue();
  }

  /** Trap R9. */
  @Test
  void itCountsFromTheSendingHoweverLateTheAnswer() {
    beat(1, 100);
    lease.onAnswer(N2, 1);
    assertThat(lease.isValid(N1, THREE, 917)).isTrue();
    assertThat(lease.isValid(N1, THREE, 918)).isFalse();
    lease.onAnswer(N3, 1);
    assertThat(lease.isValid(N1, THREE, 918)).as("another answer to the same").isFalse();
  }

  @Test
  void theNewestAnsweredHeartbeatCounts() {
    beat(1, 100, N2);
    beat(2, 200);
    beat(3, 300, N2);
    lease.onAnswer(N2, 1);
    assertThat(lease.isValid(N1, THREE, 1_100)).isTrue();
  }

  /** Trap R4. */
  @Test
  void bothMajoritiesOfAJointMembershipAreNeeded() {
    JointQuorum joint =
        new JointQuorum(
            new Membership(
                new TreeSet<>(List.of(N1, N4)),
                new TreeSet<>(List.of(N1, N2, N3)),
                new TreeSet<>()));
    beat(1, 100, N2, N3);
    assertThat(lease.isValid(N1, joint, 101)).isFalse();
    lease.onAnswer(N4, 1);
    assertThat(lease.isValid(N1, joint, 101)).isTrue();
  }

  /** Trap R11. */
  @Test
  void aNewMembershipHasToProveItAnew() {
    beat(1, 100, N2, N3);
    lease.restart();
    lease.onAnswer(N2, 1);
    assertThat(lease.isValid(N1, THREE, 101)).isFalse();
    beat(2, 102, N2);
    assertThat(lease.isValid(N1, THREE, 103)).isTrue();
  }

  @Test
  void givenUpItNeverComesBack() {
    lease.giveUp();
    beat(1, 100, N2, N3);
    assertThat(lease.isWanted()).isFalse();
    assertThat(lease.isValid(N1, THREE, 101)).isFalse();
  }

  @Test
  void switchedOffThereIsNone() {
    LeaderLease none = new LeaderLease(1_000, 0);
    none.onSent(1, 100);
    none.onAnswer(N2, 1);
    assertThat(none.isValid(N1, THREE, 100)).isFalse();
  }
}
