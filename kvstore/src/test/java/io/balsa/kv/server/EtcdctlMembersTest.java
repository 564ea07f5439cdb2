package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.kv.model.MemberId;
import io.balsa.raft.NodeStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members changed by etcd's own client, unchanged. Skipped where it isn't installed. */
@Timeout(120)
final class EtcdctlMembersTest {

  @Test
  void addsPromotesMovesAndRemovesMembers(@TempDir Path dir) throws Exception {
    assumeTrue(
        isInstalled(),
        "skipped: there is no etcdctl on the PATH (Debian: apt install etcd-client)");
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

  private static String etcdctl(TestCluster cluster, int member, String... args) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("etcdctl", "--endpoints=127.0.0.1:" + cluster.clientPort(member)));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean isInstalled() {
    return Optional.ofNullable(System.getenv("PATH")).stream()
        .flatMap(path -> Arrays.stream(path.split(":")))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcdctl")));
  }
}
