package io.balsa.raft.protocol.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # what each voter holds   reached by a majority
          7,                        7
          7 5,                      5
          7 5 3,                    5
          7 7 3,                    7
          9 7 5 3,                  5
          9 7 5 3 1,                5
          4 4 4 0 0,                4
          """)
  void aMajorityReachesTheMedianOrTheLowerOfTheMiddle(String held, long expected) {
    Map<NodeId, Long> values = values(held, "n");
    MajorityQuorum quorum = new MajorityQuorum(nodes(values));
    assertThat(quorum.reachedBy(values::get)).isEqualTo(expected);
    assertThat(quorum.isMetBy(node -> holds(values, node) >= expected)).isTrue();
    assertThat(quorum.isMetBy(node -> holds(values, node) > expected)).isFalse();
  }

  /** Paper §6: "agreement requires separate majorities from both the old and new configurations". */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # incoming   outgoing   reached by both
          9 9 1,       5 5 1,     5
          5 1 1,       9 9 9,     1
          9,           2 2 2,     2
          """)
  void aJointQuorumReachesWhatBothMajoritiesReach(String in, String out, long expected) {
    Map<NodeId, Long> values = values(in, "new");
    Map<NodeId, Long> outgoing = values(out, "old");
    SortedSet<NodeId> incomingNodes = nodes(values);
    values.putAll(outgoing);
    Membership joint = new Membership(incomingNodes, nodes(outgoing), Collections.emptySortedSet());
    assertThat(new JointQuorum(joint).reachedBy(values::get)).isEqualTo(expected);
  }

  @Test
  void learnersAreCountedInNoQuorum() {
    SortedSet<NodeId> voters = new TreeSet<>(Arrays.asList(NodeId.of("a"), NodeId.of("b")));
    SortedSet<NodeId> learners = new TreeSet<>(Arrays.asList(NodeId.of("x"), NodeId.of("y")));
    JointQuorum quorum =
        new JointQuorum(new Membership(voters, Collections.emptySortedSet(), learners));
    assertThat(quorum.isMetBy(node -> !node.equals(NodeId.of("b")))).isFalse();
  }

  @Test
  void ofNobodyThereIsNoMajority() {
    JointQuorum quorum = new JointQuorum(Membership.NONE);
    assertThat(quorum.isMetBy(node -> true)).isFalse();
    assertThat(quorum.reachedBy(node -> 5)).isEqualTo(Long.MIN_VALUE);
  }

  private static long holds(Map<NodeId, Long> values, NodeId node) {
    return values.getOrDefault(node, 0L);
  }

  private static Map<NodeId, Long> values(String held, String prefix) {
    Map<NodeId, Long> values = new HashMap<>();
    for (String value : held.trim().split(" ")) {
      values.put(NodeId.of(prefix + (values.size() + 1)), Long.parseLong(value));
    }
    return values;
  }

  private static SortedSet<NodeId> nodes(Map<NodeId, Long> values) {
    return values.keySet().stream().collect(Collectors.toCollection(TreeSet::new));
  }
}
