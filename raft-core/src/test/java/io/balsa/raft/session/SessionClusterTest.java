package io.balsa.raft.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.RaftNode;
import io.balsa.raft.memory.MemoryLogStore;
import io.balsa.raft.memory.MemoryNetwork;
import io.balsa.raft.memory.MemorySnapshotStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes on real threads whose leader changes again and again while clients of all of them go on. */
@Timeout(120)
final class SessionClusterTest {
  private static final List<NodeId> IDS =
      List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("n3"));
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUNDS = 6;
  private static final int COMMANDS_PER_ROUND = 40;

  /** Proposals that nothing is known of are given up soon, so that many are proposed again. */
  private static final RaftConfig CONFIG =
      RaftConfig.builder()
          .electionTimeout(Duration.ofMillis(400))
          .heartbeatInterval(Duration.ofMillis(40))
          .proposalTimeout(Duration.ofMillis(300))
          .snapshotEveryEntries(50)
          .keepEntries(5)
          .build();

  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<NodeId, Member> members = new TreeMap<>();

  private static final class Member {
    final NodeId id;
    final Journal journal = new Journal();
    final MemoryLogStore log = new MemoryLogStore();
    final MemorySnapshotStore snapshots = new MemorySnapshotStore();
    final RaftNode<SessionResult<String>> node;

    Member(NodeId id, MemoryNetwork network) {
      this.id = id;
      this.node =
          RaftNode.builder(id, new SessionStateMachine<>(journal, ResultCodec.UTF8))
              .initialVoters(IDS)
              .logStore(log)
              .snapshotStore(snapshots)
              .transport(network.transport(id))
              .config(CONFIG)
              .start();
    }
  }

  @Test
  void everyCommandTakesEffectOnceThroughChangesOfTheLeader() {
    IDS.forEach(id -> members.put(id, new Member(id, network)));
    try {
      List<RaftSession<String>> sessions =
          members.values().stream().map(m -> RaftSession.open(m.node).join()).toList();
      List<CompletableFuture<String>> results = new ArrayList<>();
      List<String> commands = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        for (int s = 0; s < sessions.size(); s++) {
          for (int i = 0; i < COMMANDS_PER_ROUND; i++) {
            String command = "s" + s + "r" + round + "c" + i;
            commands.add(command);
            results.add(sessions.get(s).propose(Bytes.utf8(command)));
          }
        }
        disturb(round);
        await("the round's results", () -> results.stream().allMatch(CompletableFuture::isDone));
      }
      List<String> lines = awaitSame(commands.size());
      assertThat(lines).containsExactlyInAnyOrderElementsOf(commands);
      assertThat(results.stream().map(CompletableFuture::join))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.rangeClosed(1, lines.size())
                  .mapToObj(place -> place + ":" + lines.get(place - 1))
                  .toList());
      sessions.forEach(session -> session.close().join());
    } finally {
      members.values().forEach(member -> member.node.close());
    }
  }

  /** Cuts the leader off until the others have another one, and everybody from everybody for longer than a proposal waits. */
  private void disturb(int round) {
    Member old = leader();
    network.isolate(old.id);
    await(
        "another leader",
        () -> members.values().stream().anyMatch(m -> m != old && m.node.status().isLeader()));
    if (round % 2 == 0) {
      IDS.forEach(network::isolate);
      await("nobody leads", () -> members.values().stream().noneMatch(SessionClusterTest::leads));
    }
    network.heal();
  }

  private static boolean leads(Member member) {
    return member.node.status().isLeader();
  }

  private Member leader() {
    await("a leader", () -> members.values().stream().anyMatch(SessionClusterTest::leads));
    return members.values().stream()
        .filter(SessionClusterTest::leads)
        .findFirst()
        .orElseGet(this::leader);
  }

  private List<String> awaitSame(int count) {
    await(
        "agreement",
        () -> members.values().stream().allMatch(m -> m.journal.lines().size() >= count));
    List<List<String>> all = members.values().stream().map(m -> m.journal.lines()).toList();
    assertThat(all).allMatch(lines -> lines.equals(all.get(0)));
    return all.get(0);
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        List<NodeStatus> statuses = members.values().stream().map(m -> m.node.status()).toList();
        throw new AssertionError("no " + what + " after " + PATIENCE + ": " + statuses);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
