package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.driver.TestCluster.Member;
import io.balsa.raft.message.Message.InstallSnapshotRequest;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members come and go on real threads. */
@Timeout(120)
final class MembershipTest {
  private static final RaftConfig SMALL_LOG =
      TestCluster.config().snapshotEveryEntries(50).keepEntries(10).snapshotChunkBytes(100).build();

  @Test
  void aClusterTakesInANewcomerAndLetsItsLeaderGo() {
    try (TestCluster cluster = new TestCluster(SMALL_LOG, ListMachine::new)) {
      Member leader = cluster.leader();
      for (int i = 1; i <= 200; i++) {
        cluster.commit(leader, "old-" + i);
      }
      Member newcomer = cluster.newcomer("n4");
      Set<NodeId> born = ids(cluster.except(newcomer));
      Outcome.Committed<Membership> learning =
          commit(cluster, Optional.empty(), born, Set.of(newcomer.id));
      assertThat(learning.result().learners()).containsExactly(newcomer.id);
      cluster.awaitSame(cluster.all(), 200);

      Outcome.Committed<Membership> promoted =
          commit(cluster, Optional.of(learning.id()), ids(cluster.all()), Set.of());
      assertThat(promoted.result()).isEqualTo(Membership.ofVoters(ids(cluster.all())));

      Member last = cluster.leader();
      List<Member> others = cluster.except(last);
      Outcome.Committed<Membership> removed =
          commit(cluster, Optional.of(promoted.id()), ids(others), Set.of());
      assertThat(removed.result()).isEqualTo(Membership.ofVoters(ids(others)));
      Member next = cluster.leaderOf(others);
      assertThat(next).isNotSameAs(last);
      last.node.close();
      cluster.commit(next, "new");
      List<String> commands = cluster.awaitSame(others, 201);
      assertThat(commands).hasSize(201).endsWith("old-200", "new");
      others.forEach(
          member -> assertThat(member.node.status().membership()).isEqualTo(removed.result()));
    }
  }

  @Test
  void onlyTheLeaderChangesTheMembershipAndOnlyTheOneThatIsExpected() {
    try (TestCluster cluster = new TestCluster(SMALL_LOG, ListMachine::new)) {
      Member leader = cluster.leader();
      Member follower = cluster.except(leader).get(0);
      Set<NodeId> all = ids(cluster.all());
      assertThat(change(follower, Optional.empty(), Set.of(leader.id), Set.of()))
          .isEqualTo(new Outcome.Rejected<>(RejectReason.NOT_LEADER, Optional.of(leader.id)));
      cluster.commit(leader, "of this term");
      assertThat(change(leader, Optional.of(new EntryId(9, 9)), Set.of(leader.id), Set.of()))
          .isEqualTo(new Outcome.Rejected<>(RejectReason.OTHER_MEMBERSHIP, Optional.of(leader.id)));
      assertThat(leader.node.status().membership()).isEqualTo(Membership.ofVoters(all));
    }
  }

  @Test
  void aNewcomerThatCrashesBeforeItsFirstTermIsDurableBeginsAgain() {
    try (TestCluster cluster = new TestCluster(SMALL_LOG, ListMachine::new)) {
      Member leader = cluster.leader();
      cluster.commit(leader, "first");
      Member newcomer = cluster.newcomer("n4");
      AtomicInteger chunks = new AtomicInteger();
      cluster.copies =
          message -> {
            boolean isChunk = message instanceof InstallSnapshotRequest;
            chunks.addAndGet(isChunk ? 1 : 0);
            return 1;
          };
      newcomer.logStore.stall();
      Set<NodeId> voters = ids(cluster.except(newcomer));
      commit(cluster, Optional.empty(), voters, Set.of(newcomer.id));
      int commands = 1;
      while (chunks.get() < 20) {
        cluster.commit(leader, "command-" + commands++);
      }
      assertThat(newcomer.snapshots.latest(GroupId.ONLY)).isEmpty();

      newcomer.logStore.breakDisk();
      cluster.restart(newcomer);
      cluster.awaitSame(cluster.all(), commands);
      assertThat(newcomer.machine.restores()).isPositive();
    }
  }

  @Test
  void aNewcomerBecomesAVoterByItself() {
    try (TestCluster cluster = new TestCluster(SMALL_LOG, ListMachine::new)) {
      Member first = cluster.leader();
      for (int i = 1; i <= 100; i++) {
        cluster.commit(first, "old-" + i);
      }
      Member newcomer = cluster.newcomer("n4");
      TreeSet<NodeId> voters = new TreeSet<>(ids(cluster.except(newcomer)));
      TreeSet<NodeId> learners = new TreeSet<>(Set.of(newcomer.id));
      Outcome.Committed<Membership> learning =
          commit(cluster, new MembershipChange(Optional.empty(), voters, learners, learners, true));
      assertThat(learning.result().promotable()).containsExactly(newcomer.id);
      cluster.await(
          "the newcomer votes",
          () ->
              newcomer.node.status().membership().equals(Membership.ofVoters(ids(cluster.all()))));
      cluster.awaitSame(cluster.all(), 100);
    }
  }

  private static MembershipChange change(
      Optional<EntryId> expected, Set<NodeId> voters, Set<NodeId> learners) {
    return new MembershipChange(expected, new TreeSet<>(voters), new TreeSet<>(learners), true);
  }

  private static Outcome<Membership> change(
      Member at, Optional<EntryId> expected, Set<NodeId> voters, Set<NodeId> learners) {
    return at.node.changeMembership(change(expected, voters, learners)).join();
  }

  private static Outcome.Committed<Membership> commit(
      TestCluster cluster, Optional<EntryId> expected, Set<NodeId> voters, Set<NodeId> learners) {
    return commit(cluster, change(expected, voters, learners));
  }

  /** At whoever leads, until it is done: a busy machine may cost elections. */
  private static Outcome.Committed<Membership> commit(
      TestCluster cluster, MembershipChange change) {
    List<Outcome<Membership>> outcomes = new ArrayList<>();
    cluster.await(
        change.toString(),
        () -> {
          cluster.all().stream()
              .filter(member -> member.node.status().isLeader())
              .findFirst()
              .ifPresent(leader -> outcomes.add(leader.node.changeMembership(change).join()));
          return !outcomes.isEmpty()
              && outcomes.get(outcomes.size() - 1) instanceof Outcome.Committed;
        });
    return (Outcome.Committed<Membership>) outcomes.get(outcomes.size() - 1);
  }

  private static Set<NodeId> ids(Collection<Member> members) {
    return members.stream().map(member -> member.id).collect(Collectors.toSet());
  }
}
