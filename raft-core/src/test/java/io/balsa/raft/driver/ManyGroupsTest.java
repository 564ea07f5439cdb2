package io.balsa.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftHost;
import io.balsa.raft.RaftNode;
import io.balsa.raft.memory.MemoryLogStore;
import io.balsa.raft.memory.MemoryNetwork;
import io.balsa.raft.memory.MemorySnapshotStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.NodeStoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hosts with many groups each. */
@Timeout(120)
final class ManyGroupsTest {
  private static final int GROUPS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final MemoryNetwork network = new MemoryNetwork();
  private final List<RaftHost> hosts = new ArrayList<>();

  @BeforeEach
  void startHosts() {
    TestCluster.IDS.forEach(
        id ->
            hosts.add(
                RaftHost.builder(id)
                    .transport(network.transport(id))
                    .logStore(new MemoryLogStore())
                    .snapshotStore(new MemorySnapshotStore())
                    .config(TestCluster.config().build())
                    .start()));
  }

  @AfterEach
  void closeHosts() {
    hosts.forEach(RaftHost::close);
  }

  @Test
  void eachGroupHasItsOwnLog() {
    List<List<RaftNode<String>>> nodes = new ArrayList<>();
    for (int g = 0; g < GROUPS; g++) {
      nodes.add(openOnAll(GroupId.of(g)));
    }
    for (int g = 0; g < GROUPS; g++) {
      assertThat(commit(nodes.get(g).get(g % 3), "in-" + g)).isEqualTo("1:in-" + g);
    }
  }

  @Test
  void aGroupMayBeClosedWhileOthersGoOn() {
    List<RaftNode<String>> first = openOnAll(GroupId.of(1));
    List<RaftNode<String>> second = openOnAll(GroupId.of(2));
    commit(first.get(0), "a");
    commit(second.get(0), "b");
    // Not the leader: what the others forward to a leader that goes is rightly unknown.
    NodeId leader = first.get(0).awaitLeader(PATIENCE);
    RaftNode<String> closed = first.get(leader.equals(TestCluster.IDS.get(0)) ? 1 : 0);
    closed.close();
    assertThatThrownBy(() -> closed.propose(Bytes.utf8("closed")).join())
        .hasCauseInstanceOf(NodeStoppedException.class);
    assertThat(commit(first.get(2), "c")).isEqualTo("2:c");
    assertThat(commit(second.get(0), "d")).isEqualTo("2:d");
  }

  @Test
  void aGroupIsOpenOnlyOnce() {
    openOnAll(GroupId.of(1));
    assertThatThrownBy(
            () -> hosts.get(0).openGroup(GroupId.of(1), new ListMachine(), TestCluster.IDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("g1 is open on this host");
  }

  @Test
  void aClosedGroupMayBeOpenedAgain() {
    List<RaftNode<String>> nodes = openOnAll(GroupId.of(1));
    commit(nodes.get(0), "a");
    for (int i = 0; i < hosts.size(); i++) {
      nodes.get(i).close();
      nodes.set(i, hosts.get(i).openGroup(GroupId.of(1), new ListMachine(), TestCluster.IDS));
      assertThat(commit(nodes.get(i), "b" + i)).isEqualTo((i + 2) + ":b" + i);
    }
  }

  private List<RaftNode<String>> openOnAll(GroupId group) {
    List<RaftNode<String>> nodes = new ArrayList<>();
    for (RaftHost host : hosts) {
      nodes.add(host.openGroup(group, new ListMachine(), TestCluster.IDS));
    }
    return nodes;
  }

  private static String commit(RaftNode<String> node, String command) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Outcome<String> outcome = node.propose(Bytes.utf8(command)).join();
    while (outcome instanceof Outcome.Rejected<String> && System.nanoTime() < deadline) {
      node.awaitLeader(PATIENCE);
      outcome = node.propose(Bytes.utf8(command)).join();
    }
    assertThat(outcome).isInstanceOf(Outcome.Committed.class);
    return ((Outcome.Committed<String>) outcome).result();
  }
}
