package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.driver.TestCluster.Member;
import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.InstallSnapshotRequest;
import io.balsa.raft.message.Message.InstallSnapshotResponse;
import io.balsa.raft.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots on their way to a follower, over a network that loses and repeats their chunks. */
@Timeout(120)
final class SnapshotTransferTest {
  private static final int COMMANDS = 300;
  private static final RaftConfig CONFIG =
      TestCluster.config().snapshotEveryEntries(50).keepEntries(10).snapshotChunkBytes(100).build();

  @Test
  void lostAndRepeatedChunksAndAnswersDoNoHarm() {
    AtomicInteger count = new AtomicInteger();
    try (TestCluster cluster = new TestCluster(CONFIG, ListMachine::new)) {
      cluster.copies =
          message -> {
            if (!isOfSnapshot(message)) {
              return 1;
            }
            int number = count.incrementAndGet();
            return number % 7 == 0 ? 0 : number % 3 == 0 ? 2 : 1;
          };
      Member behind = fallBehind(cluster);
      cluster.network.heal();
      cluster.awaitSame(cluster.all(), COMMANDS);
      assertThat(behind.machine.restores()).isPositive();
      assertThat(count.get()).isGreaterThan(7);
    }
  }

  @Test
  void whatOneLeaderBeganTheNextOneSendsAnew() {
    try (TestCluster cluster = new TestCluster(CONFIG, ListMachine::new)) {
      AtomicInteger lost = new AtomicInteger();
      cluster.copies =
          message -> {
            boolean loses = message instanceof InstallSnapshotRequest chunk && chunk.offset() > 0;
            lost.addAndGet(loses ? 1 : 0);
            return loses ? 0 : 1;
          };
      Member behind = fallBehind(cluster);
      Member first = cluster.leaderOf(cluster.except(behind));
      cluster.network.heal();
      cluster.await("a transfer that got stuck", () -> lost.get() > 0);
      assertThat(behind.machine.restores()).isZero();
      cluster.copies = message -> 1;
      first.node.close();
      cluster.awaitSame(cluster.except(first), COMMANDS);
      assertThat(behind.machine.restores()).isPositive();
    }
  }

  private static boolean isOfSnapshot(Message message) {
    return message instanceof InstallSnapshotRequest || message instanceof InstallSnapshotResponse;
  }

  /** A follower that lacks entries which its leader no longer has, cut off from the others. */
  private static Member fallBehind(TestCluster cluster) {
    Member behind = cluster.follower();
    cluster.network.isolate(behind.id);
    Member leader = cluster.leaderOf(cluster.except(behind));
    List<CompletableFuture<Outcome<String>>> outcomes = new ArrayList<>();
    for (int i = 0; i < COMMANDS; i++) {
      outcomes.add(leader.node.propose(Bytes.utf8("command-" + i)));
    }
    outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(Outcome.Committed.class));
    cluster.awaitSame(cluster.except(behind), COMMANDS);
    cluster.await(
        "logs that lack what the follower needs",
        () ->
            cluster.except(behind).stream()
                .allMatch(
                    m -> m.node.status().firstIndex() > behind.node.status().lastIndex() + 1));
    return behind;
  }
}
