package io.balsa.raft.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JointStepsTest {

  private static SortedSet<NodeId> nodes(String names) {
    return names == null
        ? new TreeSet<>()
        : Arrays.stream(names.split(" "))
            .map(NodeId::of)
            .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # voters, learners now   voters, learners wanted   then: voters, outgoing, learners   at last
          a b c,    ,              a b d,   ,                 a b d,  a b c,    ,                a b d
          a,        b c,           a b c,   ,                 a b c,  a,        ,                a b c
          a b c,    ,              a b,     c,                a b,    a b c,    c,               a b
          a b c,    ,              d e,     a,                d e,    a b c,    a,               d e
          a b c,    ,              a b c,   d,                a b c,  ,         d,               a b c
          a b c,    d,             a b c,   ,                 a b c,  ,         ,                a b c
          """)
  @DisplayName(
      "§6 \"the cluster first switches to a transitional configuration we call joint consensus;"
          + " once the joint consensus has been committed, the system then transitions to the new"
          + " configuration\"")
  void votersChangeThroughAJointMembershipAndLearnersAtOnce(
      String voters,
      String learners,
      String newVoters,
      String newLearners,
      String thenVoters,
      String thenOutgoing,
      String thenLearners,
      String atLast) {
    Membership current = new Membership(nodes(voters), new TreeSet<>(), nodes(learners));
    MembershipChange change =
        new MembershipChange(Optional.empty(), nodes(newVoters), nodes(newLearners), false);
    Membership first = MembershipRule.firstStep(current, change);
    assertThat(first)
        .isEqualTo(new Membership(nodes(thenVoters), nodes(thenOutgoing), nodes(thenLearners)));
    assertThat(MembershipRule.leave(first))
        .isEqualTo(new Membership(nodes(atLast), new TreeSet<>(), nodes(newLearners)));
  }

  /** Trap M11: nobody could ever change it again. */
  @Test
  void aMembershipWithoutVotersIsNone() {
    assertThatThrownBy(
            () -> new MembershipChange(Optional.empty(), new TreeSet<>(), nodes("a"), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without voters");
  }
}
