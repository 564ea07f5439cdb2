package io.balsa.raft.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MembershipRuleTest {
  private static SortedSet<NodeId> nodes(String... names) {
    return Arrays.stream(names).map(NodeId::of).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void promotionIsAChangeOfVotersLikeAnyOther() {
    Membership current = new Membership(nodes("a"), nodes(), nodes("b", "c", "d"), nodes("b", "c"));
    Membership joint = MembershipRule.promote(current, nodes("b"));
    assertThat(joint)
        .isEqualTo(new Membership(nodes("a", "b"), nodes("a"), nodes("c", "d"), nodes("c")));
    assertThat(MembershipRule.leave(joint))
        .as("who isn't ready yet is to be promoted still")
        .isEqualTo(new Membership(nodes("a", "b"), nodes(), nodes("c", "d"), nodes("c")));
  }

  @Test
  void aChangeSaysAnewWhoIsToBePromoted() {
    Membership current = new Membership(nodes("a", "b"), nodes(), nodes("c", "d"), nodes("c"));
    MembershipChange change =
        new MembershipChange(
            Optional.empty(), nodes("a"), nodes("b", "c", "d"), nodes("b", "d"), true);
    assertThat(MembershipRule.firstStep(current, change))
        .as("also who is a voter until the joint membership is left")
        .isEqualTo(
            new Membership(nodes("a"), nodes("a", "b"), nodes("b", "c", "d"), nodes("b", "d")));
  }
}
