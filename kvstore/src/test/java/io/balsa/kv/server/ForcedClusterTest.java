package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.proto.Member;
import io.balsa.kv.server.Origin.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The majority is lost, and what is left goes on alone. */
@Timeout(180)
final class ForcedClusterTest {
  private static final String FORCE = "--force-new-cluster";

  @TempDir private Path dir;

  @Test
  void theLastMemberServesAllThatWasAcknowledgedAndNeverHearsOfTheOthersAgain() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3)) {
      long lastIndex;
      long born;
      try (MemberClient member = new MemberClient(cluster, cluster.leader())) {
        for (int i = 0; i < 100; i++) {
          member.put("key" + i, "acknowledged" + i);
        }
        lastIndex = cluster.member(cluster.leader()).node().status().lastIndex();
        born = member.memberList(false).getHeader().getClusterId();
      }
      cluster.await(() -> cluster.member(0).node().status().lastIndex() >= lastIndex);
      cluster.stop(1);
      cluster.stop(2);
      cluster.stop(0);

      cluster.restart(0, FORCE);
      long forced = serves(cluster, "alone");
      assertThat(forced).isNotEqualTo(born);
      cluster.stop(0);
      cluster.restart(0, FORCE); // a flag that was forgotten
      assertThat(serves(cluster, "still")).isEqualTo(forced);
      cluster.stop(0);
      cluster.restart(0);
      assertThat(serves(cluster, "settled")).isEqualTo(forced);

      // The lost ones come back. They are a majority, and none of it matters to the first.
      cluster.restartAll();
      try (MemberClient other = new MemberClient(cluster, 1)) {
        other.put("split", "of the others");
        assertThat(other.get("split")).isEqualTo("of the others");
        assertThat(other.get("settled")).isEqualTo("absent");
      }
      try (MemberClient member = new MemberClient(cluster, 0)) {
        assertThat(member.get("split")).isEqualTo("absent");
      }
      serves(cluster, "undisturbed");
      assertThat(cluster.member(1).stopped().isDone()).as("nobody told it to go").isFalse();
      grows(cluster);
    }
  }

  /** Whoever is added reads the same log, and comes to the same list of members. */
  private static void grows(TestCluster cluster) throws Exception {
    cluster.forget(1);
    cluster.forget(2);
    int added = cluster.plan();
    try (MemberClient member = new MemberClient(cluster, 0)) {
      var unused = member.memberAdd(cluster.peerUrl(added), false);
    }
    cluster.join(added);
    cluster.awaitReady(added);
    try (MemberClient member = new MemberClient(cluster, added)) {
      assertThat(member.get("key99")).isEqualTo("acknowledged99");
      assertThat(member.memberList(false).getMembersList())
          .extracting(Member::getName)
          .containsExactlyInAnyOrder("m0", "m" + added);
    }
  }

  /** Returns the cluster's id. */
  private static long serves(TestCluster cluster, String key) {
    try (MemberClient member = new MemberClient(cluster, 0)) {
      for (int i = 0; i < 100; i++) {
        assertThat(member.get("key" + i)).isEqualTo("acknowledged" + i);
      }
      assertThat(member.put(key, "written")).isGreaterThan(101);
      assertThat(member.get(key)).isEqualTo("written");
      var list = member.memberList(true);
      assertThat(list.getMembersList()).extracting(Member::getName).containsExactly("m0");
      return list.getHeader().getClusterId();
    }
  }

  @Test
  void whatIsLeftHalfWayByACrashIsFinishedWithTheFlagOnly() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3)) {
      try (MemberClient member = new MemberClient(cluster, cluster.leader())) {
        member.put("key", "value");
      }
      long lastIndex = cluster.member(cluster.leader()).node().status().lastIndex();
      cluster.await(() -> cluster.member(0).node().status().lastIndex() >= lastIndex);
      List.of(0, 1, 2).forEach(cluster::stop);
      Path identity = cluster.dataDir(0).resolve("identity");
      Identity found = Identity.decode(Files.readAllBytes(identity));
      Files.write(identity, found.alone(4711, Kind.FORCING).encode());

      assertThatThrownBy(() -> KvServer.start(cluster.config(0)))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("was left half-way by a start with --force-new-cluster");
      cluster.restart(0, FORCE);
      try (MemberClient member = new MemberClient(cluster, 0)) {
        assertThat(member.get("key")).isEqualTo("value");
      }
      assertThat(Identity.decode(Files.readAllBytes(identity)))
          .isEqualTo(found.alone(4711, Kind.FORCED));
    }
  }

  @Test
  void nothingIsForcedWhereThereIsNothing() throws Exception {
    TestCluster cluster = TestCluster.stopped(dir, 1);
    assertThatThrownBy(() -> KvServer.start(cluster.config(0, FORCE)))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("holds no member");
    assertThat(cluster.dataDir(0)).doesNotExist();
  }
}
