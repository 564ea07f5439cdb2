package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.kv.model.MemberId;
import io.balsa.raft.NodeStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members changed by etcd's own client, unchanged. Skipped where it isn't installed. */
@Timeout(120)
final class EtcdctlMembersTest {
  @TempDir private Path dir;

  @Test
  void addsPromotesMovesAndRemovesMembers() throws Exception {
    assumeTrue(EtcdCluster.isOnPath("etcdctl"), EtcdctlTest.NO_ETCDCTL);
    try (TestCluster cluster = TestCluster.start(dir, 1)) {
      int second = cluster.plan();
      String added =
          etcdctl(cluster, 0, "member", "add", "m1", "--peer-urls=" + cluster.peerUrl(second));
      assertThat(added)
          .containsPattern("Member +[0-9a-f]{1,16} added to cluster +[0-9a-f]{1,16}\n")
          .contains("ETCD_NAME=\"m1\"", "ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
      assertThat(etcdctl(cluster, 0, "member", "list"))
          .contains(", unstarted, , " + cluster.peerUrl(second) + ", , false");
      cluster.join(second);
      cluster.awaitReady(second);

      int third = cluster.plan();
      String learner =
          etcdctl(
              cluster,
              0,
              "member",
              "add",
              "m2",
              "--learner",
              "--peer-urls=" + cluster.peerUrl(third));
      assertThat(learner).contains("added to cluster");
      String id = learner.split(" +")[1];
      assertThat(etcdctl(cluster, 0, "member", "promote", id))
          .contains("can only promote a learner member which is in sync with leader");
      cluster.join(third);
      cluster.awaitReady(third);
      awaitHeld(cluster, id);
      assertThat(etcdctl(cluster, 0, "member", "promote", id))
          .containsPattern("Member +" + id + " promoted in cluster");
      assertThat(etcdctl(cluster, third, "member", "list", "-w", "table"))
          .contains("| started |", " m2 |", cluster.peerUrl(third), "IS LEARNER")
          .doesNotContain("true");

      cluster.stop(third);
      cluster.move(third);
      assertThat(
              etcdctl(cluster, 0, "member", "update", id, "--peer-urls=" + cluster.peerUrl(third)))
          .containsPattern("Member +" + id + " updated in cluster");
      assertThat(etcdctl(cluster, 0, "member", "list")).contains(cluster.peerUrl(third));
      assertThat(etcdctl(cluster, 0, "member", "remove", id))
          .containsPattern("Member +" + id + " removed from cluster");
      assertThat(etcdctl(cluster, 0, "member", "list").lines()).hasSize(2);
      assertThat(etcdctl(cluster, 0, "member", "remove", id))
          .contains("etcdserver: member not found");
    }
  }

  private static void awaitHeld(TestCluster cluster, String id) {
    cluster.await(
        () -> {
          NodeStatus leader = cluster.member(cluster.leader()).node().status();
          Long held =
              leader.matchIndex().get(new MemberId(Long.parseUnsignedLong(id, 16)).toNodeId());
          return held != null && held >= leader.lastIndex();
        });
  }

  private String etcdctl(TestCluster cluster, int member, String... args) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("--endpoints=127.0.0.1:" + cluster.clientPort(member)));
    arguments.addAll(List.of(args));
    CtlProcess.Said said = CtlProcess.run(dir, arguments.toArray(String[]::new));
    return said.out() + said.err();
  }
}
