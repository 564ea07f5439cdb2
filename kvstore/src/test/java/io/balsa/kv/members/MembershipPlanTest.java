package io.balsa.kv.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** From Raft's membership and the list, what is to be done next. Upper case: a voter of the list; lower case: a learner. */
final class MembershipPlanTest {
  private static final EntryId ID = new EntryId(3, 17);

  @Test
  void whatAgreesStaysAsItIs() {
    assertThat(plan(membership("ABC", "", ""), "ABC")).isEmpty();
    assertThat(plan(membership("AB", "c", ""), "ABc")).isEmpty();
    assertThat(plan(membership("AB", "c", "c"), "ABC")).isEmpty();
  }

  @Test
  void aVoterBeginsAsALearnerThatIsPromoted() {
    expect(membership("AB", "", ""), "ABC", "AB", "c", "c");
  }

  @Test
  void aLearnerBeginsAsOneThatIsNot() {
    expect(membership("A", "", ""), "Ab", "A", "b", "");
  }

  @Test
  void aPromotedLearnerBecomesAVoterWhenRaftFindsItReady() {
    expect(membership("A", "b", ""), "AB", "A", "b", "b");
  }

  @Test
  void whoIsNotInTheListGoesHoweverMany() {
    expect(membership("ABCD", "e", "e"), "AB", "AB", "", "");
  }

  @Test
  void theLastVoterStaysUntilAnotherHasCaughtUp() {
    assertThat(plan(membership("A", "b", "b"), "B")).isEmpty();
    expect(membership("A", "", ""), "B", "A", "b", "b");
    expect(membership("AB", "", ""), "B", "B", "", "");
  }

  @Test
  void whatRaftIsAtIsLeftToIt() {
    Membership joint = new Membership(nodes("AB"), nodes("A"), nodes(""));
    assertThat(plan(joint, "ABC")).isEmpty();
    assertThat(plan(membership("AB", "", ""), "")).as("not born yet").isEmpty();
  }

  private static void expect(
      Membership current, String list, String voters, String learners, String promotable) {
    assertThat(plan(current, list))
        .contains(
            new MembershipChange(
                Optional.of(ID), nodes(voters), nodes(learners), nodes(promotable), true));
  }

  private static Optional<MembershipChange> plan(Membership current, String list) {
    List<Member> members = new ArrayList<>();
    for (char c : list.toCharArray()) {
      members.add(
          Member.newBuilder()
              .setID(Character.toUpperCase(c))
              .setIsLearner(Character.isLowerCase(c))
              .build());
    }
    return MembershipPlan.next(current, ID, members);
  }

  private static Membership membership(String voters, String learners, String promotable) {
    return new Membership(nodes(voters), nodes(""), nodes(learners), nodes(promotable));
  }

  private static SortedSet<NodeId> nodes(String names) {
    SortedSet<NodeId> nodes = new TreeSet<>();
    for (char c : names.toCharArray()) {
      nodes.add(new MemberId(Character.toUpperCase(c)).toNodeId());
    }
    return nodes;
  }
}
