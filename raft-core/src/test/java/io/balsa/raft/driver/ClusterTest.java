package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.ReadMode;
import io.balsa.raft.driver.TestCluster.Member;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import io.balsa.raft.model.ReadFailedException;
import io.balsa.raft.model.RejectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole nodes: elections, proposals, reads, restarts, snapshots, failures. */
@Timeout(120)
final class ClusterTest {

  @Test
  void aProposalAtAnyNodeHasTheSameResultOnAll() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Outcome.Committed<String> first = cluster.commit(cluster.leader(), "a");
      assertThat(first.result()).isEqualTo("1:a");
      Outcome.Committed<String> second = cluster.commit(cluster.follower(), "b");
      assertThat(second.result()).isEqualTo("2:b");
      assertThat(second.id().index()).isGreaterThan(first.id().index());
      assertThat(cluster.awaitSame(cluster.all(), 2)).containsExactly("a", "b");
    }
  }

  @Test
  void manyProposalsAtAllNodesKeepTheOrderOfEachProposer() {
    int each = 2000;
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      cluster.leader();
      List<CompletableFuture<Outcome<String>>> outcomes = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        for (Member member : cluster.all()) {
          outcomes.add(member.node.propose(Bytes.utf8(member.id + "-" + i)));
        }
      }
      List<String> results = outcomes.stream().map(ClusterTest::committed).toList();
      List<String> commands = cluster.awaitSame(cluster.all(), 3 * each);
      assertThat(commands).hasSize(3 * each);
      for (String result : results) {
        int number = Integer.parseInt(result.substring(0, result.indexOf(':')));
        assertThat(result).isEqualTo(number + ":" + commands.get(number - 1));
      }
      for (Member member : cluster.all()) {
        assertThat(commands.stream().filter(c -> c.startsWith(member.id + "-")))
            .containsExactlyElementsOf(
                IntStream.range(0, each).mapToObj(i -> member.id + "-" + i).toList());
      }
    }
  }

  @Test
  void aLinearizableQueryAtAnyNodeSeesWhatWasCommittedBefore() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      for (int i = 1; i <= 20; i++) {
        cluster.commit(cluster.leader(), "c" + i);
        for (Member member : cluster.all()) {
          int seen =
              member
                  .node
                  .query(ReadMode.LINEARIZABLE, () -> member.machine.commands().size())
                  .join();
          assertThat(seen).isEqualTo(i);
          assertThat(member.node.readBarrier().join())
              .isLessThanOrEqualTo(member.node.status().appliedIndex());
        }
      }
      Member any = cluster.follower();
      assertThat(any.node.query(ReadMode.LOCAL, () -> "run").join()).isEqualTo("run");
      assertThatThrownBy(() -> any.node.query(ReadMode.LOCAL, ClusterTest::failingQuery).join())
          .hasCauseInstanceOf(UnsupportedOperationException.class);
      cluster.commit(any, "the node still works");
    }
  }

  private static String failingQuery() {
    throw new UnsupportedOperationException("thrown by the query");
  }

  @Test
  void theOthersGoOnWithoutTheLeaderAndItCatchesUpAfterARestart() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member old = cluster.leader();
      cluster.commit(old, "before");
      old.node.close();
      Member next = cluster.leaderOf(cluster.except(old));
      cluster.commit(next, "between");
      cluster.restart(old);
      cluster.commit(old, "after");
      assertThat(cluster.awaitSame(cluster.all(), 3)).containsExactly("before", "between", "after");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClusterThatIsStartedAgainHoldsWhatItHeld(boolean durable) {
    RaftConfig config = config().snapshotEveryEntries(30).keepEntries(5).build();
    try (TestCluster cluster = new TestCluster(config, machines(durable))) {
      proposeMany(cluster.leader(), 0, 100);
      cluster.awaitSame(cluster.all(), 100);
      cluster.await(
          "compaction on all",
          () -> cluster.all().stream().allMatch(m -> m.node.status().firstIndex() > 1));
      List<Integer> restoresBefore =
          cluster.all().stream().map(m -> durable ? m.machine.restores() : 0).toList();
      cluster.all().forEach(cluster::restart);
      cluster.commit(cluster.leader(), "after");
      assertThat(cluster.awaitSame(cluster.all(), 101))
          .startsWith("c0", "c1")
          .endsWith("c99", "after");
      // The plain machine began with its snapshot, not with the whole log; the durable one needed
      // neither.
      List<Integer> restores =
          IntStream.range(0, 3)
              .map(i -> cluster.all().get(i).machine.restores() - restoresBefore.get(i))
              .boxed()
              .toList();
      assertThat(restores).containsOnly(durable ? 0 : 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFollowerThatWasCutOffForLongIsSentASnapshot(boolean durable) {
    RaftConfig config =
        config().snapshotEveryEntries(50).keepEntries(10).snapshotChunkBytes(64).build();
    try (TestCluster cluster = new TestCluster(config, machines(durable))) {
      Member behind = cluster.follower();
      cluster.commit(behind, "first");
      cluster.network.isolate(behind.id);
      Member leader = cluster.leaderOf(cluster.except(behind));
      proposeMany(leader, 0, 300);
      cluster.await(
          "a log that lacks what the follower needs",
          () -> leader.node.status().firstIndex() > behind.node.status().lastIndex() + 1);
      cluster.network.heal();
      cluster.awaitSame(cluster.all(), 301);
      assertThat(behind.machine.restores()).isPositive();
      // It goes on as any other, also after a restart.
      cluster.commit(behind, "second");
      cluster.restart(behind);
      cluster.commit(behind, "third");
      assertThat(cluster.awaitSame(cluster.all(), 303)).endsWith("second", "third");
    }
  }

  @Test
  void aFollowerThatIsBehindTheCacheCatchesUpFromTheStore() {
    RaftConfig config =
        config().commandBytesMax(1000).entryCacheBytesMax(1000).appendBytesMax(500).build();
    try (TestCluster cluster = new TestCluster(config, ListMachine::new)) {
      Member behind = cluster.follower();
      cluster.network.isolate(behind.id);
      proposeMany(cluster.leaderOf(cluster.except(behind)), 0, 1000);
      cluster.network.heal();
      cluster.awaitSame(cluster.all(), 1000);
      assertThat(behind.machine.restores()).isZero();
    }
  }

  @Test
  void aNodeWhoseDiskFailsStopsAndTheOthersGoOn() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member broken = cluster.leader();
      cluster.commit(broken, "before");
      broken.logStore.breakDisk();
      CompletableFuture<Outcome<String>> pending = broken.node.propose(Bytes.utf8("lost"));
      assertThatThrownBy(pending::join).hasCauseInstanceOf(NodeStoppedException.class);
      assertThatThrownBy(() -> broken.node.stopped().join())
          .hasRootCauseMessage("the disk was broken by the test");
      assertThatThrownBy(() -> broken.node.propose(Bytes.utf8("later")).join())
          .hasCauseInstanceOf(NodeStoppedException.class);
      assertThatThrownBy(() -> broken.node.readBarrier().join())
          .hasCauseInstanceOf(NodeStoppedException.class);
      Member next = cluster.leaderOf(cluster.except(broken));
      cluster.commit(next, "after");
      List<String> commands = cluster.awaitSame(cluster.except(broken), 2);
      assertThat(commands).contains("before", "after");
      assertThat(broken.logStore.calledAfterFailure()).isFalse();
    }
  }

  @Test
  void aNodeWhoseStateMachineThrowsStopsAndTheOthersGoOn() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member broken = cluster.follower();
      broken.machine.broken = true;
      cluster.commit(cluster.leader(), "poison");
      assertThatThrownBy(() -> broken.node.stopped().join())
          .hasMessageContaining("g0: the state machine failed in the entries")
          .hasRootCauseMessage("broken by the test");
      cluster.commit(cluster.leaderOf(cluster.except(broken)), "after");
      cluster.awaitSame(cluster.except(broken), 2);
      assertThat(broken.machine.commands()).isEmpty();
    }
  }

  @Test
  void whatIsOverTheInboxIsRejectedAndNeverDone() throws InterruptedException {
    RaftConfig config = config().commandBytesMax(1000).inboxBytesMax(10_000).build();
    try (TestCluster cluster = new TestCluster(config, ListMachine::new)) {
      Member leader = cluster.leader();
      CountDownLatch loopIsHeld = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      leader.node.addListener(
          status -> {
            loopIsHeld.countDown();
            awaitLatch(release);
          });
      loopIsHeld.await();
      List<CompletableFuture<Outcome<String>>> outcomes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        outcomes.add(leader.node.propose(Bytes.utf8(i + "x".repeat(900))));
      }
      // The loop is held, so only what was refused at once can be done by now.
      List<Integer> refused =
          IntStream.range(0, 20).filter(i -> outcomes.get(i).isDone()).boxed().toList();
      release.countDown();
      assertThat(refused).isNotEmpty().doesNotContain(0);
      for (int i : refused) {
        assertThat(outcomes.get(i).join())
            .isEqualTo(
                new Outcome.Rejected<String>(RejectReason.OVERLOADED, java.util.Optional.empty()));
      }
      cluster.commit(leader, "last");
      List<String> commands = leader.machine.commands();
      for (int i : refused) {
        assertThat(commands).doesNotContain(i + "x".repeat(900));
      }
    }
  }

  @Test
  void aCommandThatIsTooLargeIsRejected() {
    RaftConfig config = config().commandBytesMax(1000).build();
    try (TestCluster cluster = new TestCluster(config, ListMachine::new)) {
      Outcome<String> outcome = cluster.leader().node.propose(Bytes.wrap(new byte[1001])).join();
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Outcome.Rejected.class,
              rejected -> assertThat(rejected.reason()).isEqualTo(RejectReason.TOO_LARGE));
    }
  }

  @Test
  void closingCompletesEverythingThatWaits() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member alone = cluster.leader();
      cluster.network.isolate(alone.id);
      List<CompletableFuture<?>> pending = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        pending.add(alone.node.propose(Bytes.utf8("never-" + i)));
        pending.add(alone.node.query(ReadMode.LINEARIZABLE, () -> "never"));
        pending.add(alone.node.readBarrier());
      }
      alone.node.close();
      alone.node.close();
      pending.add(alone.node.propose(Bytes.utf8("too late")));
      pending.add(alone.node.readBarrier());
      pending.add(alone.node.transferLeadership(TestCluster.IDS.get(0)));
      assertThat(pending).allMatch(CompletableFuture::isDone);
      assertThat(alone.node.stopped()).isCompletedWithValue(null);
      assertThatThrownBy(() -> pending.get(pending.size() - 1).join())
          .hasCauseInstanceOf(NodeStoppedException.class);
    }
  }

  @Test
  void whatIsNotDecidedInTimeIsUnknownAndReadsFail() {
    RaftConfig config =
        config()
            .proposalTimeout(Duration.ofMillis(200))
            .readTimeout(Duration.ofMillis(200))
            .electionTimeout(Duration.ofSeconds(2))
            .build();
    try (TestCluster cluster = new TestCluster(config, ListMachine::new)) {
      Member alone = cluster.leader();
      cluster.network.isolate(alone.id);
      CompletableFuture<Outcome<String>> proposal = alone.node.propose(Bytes.utf8("never"));
      CompletableFuture<Long> read = alone.node.readBarrier();
      assertThat(proposal.join()).isInstanceOf(Outcome.Unknown.class);
      assertThatThrownBy(read::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              ReadFailedException.class,
              e -> assertThat(e.reason()).isEqualTo(RejectReason.TIMED_OUT));
    }
  }

  @Test
  void theLeaderHandsOverToTheNodeItIsTold() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member old = cluster.leader();
      Member target = cluster.except(old).get(0);
      cluster.commit(old, "before");
      old.node.transferLeadership(target.id).join();
      assertThat(old.node.status().isLeader()).isFalse();
      cluster.leader();
      assertThatThrownBy(() -> old.node.transferLeadership(target.id).join())
          .hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void leadershipGoesToAnotherVoterAndOnceAtATime() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member leader = cluster.leader();
      Member closed = cluster.except(leader).get(0);
      Member other = cluster.except(leader).get(1);
      assertThatThrownBy(() -> leader.node.transferLeadership(leader.id).join())
          .hasMessageContaining("leads already");
      assertThatThrownBy(() -> leader.node.transferLeadership(NodeId.of("n9")).join())
          .hasMessageContaining("is no member");

      closed.node.close();
      cluster.commit(leader, "what the closed one lacks");
      CompletableFuture<Void> first = leader.node.transferLeadership(closed.id);
      assertThatThrownBy(() -> leader.node.transferLeadership(other.id).join())
          .hasMessageContaining("is being handed to " + closed.id);
      assertThatThrownBy(first::join).hasMessageContaining("this node leads still");
      cluster.commit(leader, "taken again");
      leader.node.transferLeadership(other.id).join();
    }
  }

  @Test
  void listenersHearOfEveryLeader() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member leader = cluster.leader();
      Member listening = cluster.except(leader).get(0);
      CompletableFuture<NodeId> first = new CompletableFuture<>();
      CompletableFuture<NodeId> other = new CompletableFuture<>();
      listening.node.addListener(
          status ->
              status.leader().ifPresent(id -> (id.equals(leader.id) ? first : other).complete(id)));
      assertThat(first.join()).isEqualTo(leader.id);
      assertThat(listening.node.awaitLeader(Duration.ofSeconds(10))).isEqualTo(leader.id);
      leader.node.close();
      assertThat(other.join()).isNotEqualTo(leader.id);
    }
  }

  @Test
  void closingOnAThreadOfItsOwnIsRefused() {
    try (TestCluster cluster = new TestCluster(config().build(), ListMachine::new)) {
      Member member = cluster.leader();
      CompletableFuture<String> refused =
          member.node.query(
              ReadMode.LOCAL,
              () -> {
                member.node.close();
                return "closed";
              });
      assertThatThrownBy(refused::join)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("balsa-apply");
      cluster.commit(member, "the node still works");
    }
  }

  private static RaftConfig.Builder config() {
    return TestCluster.config();
  }

  private static Supplier<ListMachine> machines(boolean durable) {
    return durable ? ListMachine.Durable::new : ListMachine::new;
  }

  private static void proposeMany(Member at, int from, int to) {
    List<CompletableFuture<Outcome<String>>> outcomes = new ArrayList<>();
    for (int i = from; i < to; i++) {
      outcomes.add(at.node.propose(Bytes.utf8("c" + i)));
    }
    outcomes.forEach(ClusterTest::committed);
  }

  private static String committed(CompletableFuture<Outcome<String>> proposal) {
    Outcome<String> outcome = proposal.join();
    assertThat(outcome).isInstanceOf(Outcome.Committed.class);
    return ((Outcome.Committed<String>) outcome).result();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
