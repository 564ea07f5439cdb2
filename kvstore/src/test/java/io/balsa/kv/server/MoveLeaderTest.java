package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.MoveLeaderRequest;
import io.balsa.kv.proto.MoveLeaderResponse;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leadership that an operator moves. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MoveLeaderTest {
  private TestCluster cluster;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void theLeaderHandsOverToTheMemberThatIsNamed() {
    for (int round = 0; round < 3; round++) {
      int leader = cluster.leader();
      int target = (leader + 1) % 3;
      try (MemberClient atLeader = new MemberClient(cluster, leader);
          MemberClient atTarget = new MemberClient(cluster, target)) {
        long targetId = idOf(atTarget);
        MoveLeaderResponse moved = move(atLeader, targetId);
        assertThat(moved.hasHeader()).isFalse();
        StatusResponse status = atLeader.maintenance().status(StatusRequest.getDefaultInstance());
        assertThat(status.getLeader()).isEqualTo(targetId);
        assertThat(cluster.leader()).isEqualTo(target);
      }
    }
  }

  @Test
  void aLeaderThatIsToHandOverToItselfStays() {
    int leader = cluster.leader();
    try (MemberClient atLeader = new MemberClient(cluster, leader)) {
      assertThat(move(atLeader, idOf(atLeader)).hasHeader()).isFalse();
      assertThat(cluster.leader()).isEqualTo(leader);
    }
  }

  @Test
  void onlyTheLeaderHandsOverAndOnlyToAMember() {
    int leader = cluster.leader();
    try (MemberClient atLeader = new MemberClient(cluster, leader);
        MemberClient atFollower = new MemberClient(cluster, (leader + 1) % 3)) {
      refuses(KvError.NOT_LEADER, atFollower, idOf(atFollower));
      refuses(KvError.NOT_LEADER, atFollower, 12345); // Who asks the wrong member hears that first.
      refuses(KvError.BAD_LEADER_TRANSFEREE, atLeader, 12345);
      refuses(KvError.BAD_LEADER_TRANSFEREE, atLeader, 0);
      assertThat(cluster.leader()).isEqualTo(leader);
    }
  }

  @Test
  void aMemberThatIsDownIsWaitedForInVain(@TempDir Path other) throws Exception {
    try (TestCluster three = TestCluster.start(other, 3)) {
      int leader = three.leader();
      int down = (leader + 1) % 3;
      long downId = MemberId.of(three.member(down).node().status().self()).value();
      three.stop(down);
      try (MemberClient atLeader = new MemberClient(three, leader)) {
        refuses(KvError.LEADER_TRANSFER_TIMEOUT, atLeader, downId);
      }
      assertThat(three.leader()).isEqualTo(leader);
    }
  }

  private static long idOf(MemberClient client) {
    return client
        .maintenance()
        .status(StatusRequest.getDefaultInstance())
        .getHeader()
        .getMemberId();
  }

  private static MoveLeaderResponse move(MemberClient client, long target) {
    return client
        .maintenance()
        .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
  }

  private static void refuses(KvError error, MemberClient client, long target) {
    assertThatThrownBy(() -> move(client, target))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(error.text());
              assertThat(e.getStatus().getCode().value()).isEqualTo(error.code().number());
            });
  }
}
