package io.balsa.kv.server;

import static io.balsa.kv.server.MemberClient.ZERO;
import static io.balsa.kv.server.MemberClient.putRequest;
import static io.balsa.kv.server.MemberClient.rangeRequest;
import static io.balsa.kv.server.MemberClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmMember;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmRequest.AlarmAction;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DefragmentRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DowngradeRequest;
import io.balsa.kv.proto.DowngradeRequest.DowngradeAction;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.HashRequest;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Alarms, quota and the rest of the Maintenance service, against whole members. */
@Timeout(180)
final class MaintenanceTest {
  @TempDir private Path dir;

  @Test
  void anAlarmHoldsAtEveryMemberUntilItIsDisarmed() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3);
        MemberClient first = new MemberClient(cluster, 0)) {
      first.put("a", "1");
      long id = status(first).getHeader().getMemberId();
      alarm(first, AlarmAction.ACTIVATE, id, AlarmType.NOSPACE);
      for (int i = 0; i < 3; i++) {
        try (MemberClient member = new MemberClient(cluster, i)) {
          assertThat(alarm(member, AlarmAction.GET, 0, AlarmType.NONE))
              .containsExactly(
                  AlarmMember.newBuilder().setMemberID(id).setAlarm(AlarmType.NOSPACE).build());
          assertThat(alarm(member, AlarmAction.GET, 0, AlarmType.CORRUPT)).isEmpty();
          assertThat(status(member).getErrorsList())
              .containsExactly("memberID:" + Long.toUnsignedString(id) + " alarm:NOSPACE ");
          long last = cluster.member(i).node().status().lastIndex();
          refused(KvError.NO_SPACE, () -> member.put("a", "2"));
          refused(
              KvError.NO_SPACE,
              () -> member.lease().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()));
          assertThat(cluster.member(i).node().status().lastIndex())
              .as("refused before the append")
              .isEqualTo(last);
          assertThat(member.get("a")).isEqualTo("1");
          assertThat(health(cluster.clientPort(i)))
              .isEqualTo("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}");
        }
      }
      cluster.stop(2);
      cluster.restart(2);
      try (MemberClient last = new MemberClient(cluster, 2)) {
        refused(KvError.NO_SPACE, () -> last.put("a", "2"));
        assertThat(alarm(last, AlarmAction.DEACTIVATE, id, AlarmType.NOSPACE)).hasSize(1);
        last.put("a", "2");
        assertThat(status(last).getErrorsList()).isEmpty();
      }
    }
  }

  private static String health(int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void inACorruptClusterReadsAndMaintenanceAreServedAndNothingElse() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 1);
        MemberClient member = new MemberClient(cluster, 0)) {
      final long now = member.put("a", "1");
      alarm(member, AlarmAction.ACTIVATE, 0, AlarmType.CORRUPT);
      refused(KvError.CORRUPT_CLUSTER, () -> member.put("a", "2"));
      refused(KvError.CORRUPT_CLUSTER, () -> deleteAll(member));
      refused(KvError.CORRUPT_CLUSTER, () -> compact(member, now));
      assertThat(member.get("a")).isEqualTo("1");
      assertThat(status(member).getErrorsList()).containsExactly("alarm:CORRUPT ");
      assertThat(member.maintenance().hashKV(HashKVRequest.getDefaultInstance()).getHashRevision())
          .isEqualTo(now);
      alarm(member, AlarmAction.DEACTIVATE, 0, AlarmType.CORRUPT);
      member.put("a", "2");
    }
  }

  @Test
  void aFullStoreIsEmptiedByItsClientsAndGoesOnByItself() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 3, "--quota-backend-bytes=4000000");
        MemberClient member = new MemberClient(cluster, 1)) {
      fill(member);
      assertThat(alarm(member, AlarmAction.GET, 0, AlarmType.NOSPACE)).isNotEmpty();
      assertThat(status(member).getDbSizeQuota()).isEqualTo(4_000_000);
      deleteAll(member);
      compact(member, member.kv().range(rangeRequest("a")).getHeader().getRevision());
      await(() -> alarm(member, AlarmAction.GET, 0, AlarmType.NOSPACE).isEmpty());
      member.put("again", "1");
      assertThat(status(member).getDbSize()).isLessThan(3_600_000);
    }
  }

  @Test
  void disarmedByHandItTakesEtcdsThreeSteps() throws Exception {
    try (TestCluster cluster =
            TestCluster.start(
                dir, 1, "--quota-backend-bytes=4000000", "--balsa-manual-nospace-disarm");
        MemberClient member = new MemberClient(cluster, 0)) {
      fill(member);
      deleteAll(member);
      compact(member, member.kv().range(rangeRequest("a")).getHeader().getRevision());
      assertThat(member.maintenance().defragment(DefragmentRequest.getDefaultInstance()))
          .isNotNull();
      assertThat(status(member).getDbSize()).isLessThan(400_000);
      refused(KvError.NO_SPACE, () -> member.put("a", "1"));
      for (AlarmMember active : alarm(member, AlarmAction.GET, 0, AlarmType.NONE)) {
        alarm(member, AlarmAction.DEACTIVATE, active.getMemberID(), active.getAlarm());
      }
      member.put("again", "1");
    }
  }

  @Test
  void downgradesAreAnsweredAsEtcdAnswersThem() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 1);
        MemberClient member = new MemberClient(cluster, 0)) {
      for (String odd : List.of("", "3", "v3.5", "3.x", "3.5.0.0")) {
        refused(
            KvError.WRONG_DOWNGRADE_VERSION_FORMAT,
            () -> downgrade(member, DowngradeAction.VALIDATE, odd));
      }
      for (String far : List.of("3.4", "3.6", "3.7", "2.5")) {
        refused(
            KvError.INVALID_DOWNGRADE_VERSION,
            () -> downgrade(member, DowngradeAction.ENABLE, far));
      }
      refused(KvError.NO_DOWNGRADE, () -> downgrade(member, DowngradeAction.CANCEL, ""));
      assertThat(downgrade(member, DowngradeAction.VALIDATE, "3.5")).isEqualTo("3.6.0");
      assertThat(status(member).getDowngradeInfo().getEnabled()).isFalse();
      assertThat(downgrade(member, DowngradeAction.ENABLE, "3.5.7")).isEqualTo("3.6.0");
      assertThat(status(member).getDowngradeInfo().getTargetVersion()).isEqualTo("3.5.0");
      refused(
          KvError.DOWNGRADE_IN_PROGRESS, () -> downgrade(member, DowngradeAction.VALIDATE, "3.5"));
      assertThat(downgrade(member, DowngradeAction.CANCEL, "")).isEqualTo("3.6.0");
      assertThat(status(member).getDowngradeInfo().getEnabled()).isFalse();
    }
  }

  @Test
  void theHashOfAllChangesWithAnything() throws Exception {
    try (TestCluster cluster = TestCluster.start(dir, 1);
        MemberClient member = new MemberClient(cluster, 0)) {
      member.put("a", "1");
      int before = member.maintenance().hash(HashRequest.getDefaultInstance()).getHash();
      assertThat(member.maintenance().hash(HashRequest.getDefaultInstance()).getHash())
          .isEqualTo(before);
      member.put("a", "1");
      assertThat(member.maintenance().hash(HashRequest.getDefaultInstance()).getHash())
          .isNotEqualTo(before);
    }
  }

  /** Until a put is refused for want of space, and the alarm is on. */
  private static void fill(MemberClient member) {
    Random random = new Random(3);
    StatusRuntimeException refusal = null;
    for (int i = 0; refusal == null; i++) {
      byte[] value = new byte[50_000];
      random.nextBytes(value);
      PutRequest put =
          putRequest("fill/" + i, "").toBuilder().setValue(ByteString.copyFrom(value)).build();
      try {
        assertThat(member.kv().put(put).getHeader().getRevision()).isGreaterThan(1);
      } catch (StatusRuntimeException e) {
        refusal = e;
      }
    }
    assertThat(refusal.getStatus().getDescription()).isEqualTo(KvError.NO_SPACE.text());
    await(() -> !alarm(member, AlarmAction.GET, 0, AlarmType.NOSPACE).isEmpty());
  }

  private static void deleteAll(MemberClient member) {
    assertThat(
            member
                .kv()
                .deleteRange(DeleteRangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).build())
                .getDeleted())
        .isPositive();
  }

  private static void compact(MemberClient member, long revision) {
    assertThat(
            member
                .kv()
                .compact(
                    CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build()))
        .isNotNull();
  }

  private static String downgrade(MemberClient member, DowngradeAction action, String version) {
    return member
        .maintenance()
        .downgrade(DowngradeRequest.newBuilder().setAction(action).setVersion(version).build())
        .getVersion();
  }

  private static List<AlarmMember> alarm(
      MemberClient member, AlarmAction action, long id, AlarmType type) {
    return member
        .maintenance()
        .alarm(AlarmRequest.newBuilder().setAction(action).setMemberID(id).setAlarm(type).build())
        .getAlarmsList();
  }

  private static StatusResponse status(MemberClient member) {
    return member.maintenance().status(StatusRequest.getDefaultInstance());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("not in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
