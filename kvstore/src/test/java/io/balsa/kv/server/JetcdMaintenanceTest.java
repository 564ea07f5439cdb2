package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.bytes;
import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmRequest.AlarmAction;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.maintenance.AlarmMember;
import io.etcd.jetcd.maintenance.AlarmType;
import io.etcd.jetcd.maintenance.SnapshotResponse;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** jetcd's Maintenance, every call. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdMaintenanceTest {
  private TestCluster cluster;
  private Client client;
  private Maintenance maintenance;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    client = Jetcd.anywhere(cluster);
    maintenance = client.getMaintenanceClient();
  }

  @AfterAll
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void everyMemberTellsItsStatus() throws Exception {
    done(client.getKVClient().put(bytes("status"), bytes("1")));
    Set<Long> leaders = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      StatusResponse status = done(maintenance.statusMember(cluster.clientUrl(i)));
      leaders.add(status.getLeader());
      assertThat(status.getVersion()).matches("3\\.\\d+\\.\\d+");
      assertThat(status.getDbSize()).isPositive();
      assertThat(status.getDbSizeInUse()).isPositive();
      assertThat(status.getRaftTerm()).isPositive();
      assertThat(status.getRaftIndex()).isPositive();
      assertThat(status.getRaftAppliedIndex()).isPositive();
      assertThat(status.getErrorList()).isEmpty();
      assertThat(status.isLearner()).isFalse();
    }
    assertThat(leaders).hasSize(1);
  }

  @Test
  void membersHaveTheSameHash() throws Exception {
    long revision =
        done(client.getKVClient().put(bytes("hash"), bytes("1"))).getHeader().getRevision();
    Set<Integer> hashes = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      int member = i;
      // A linearizable read there waits until it has applied the put.
      try (Client one = Client.builder().endpoints(cluster.clientUrl(member)).build()) {
        done(one.getKVClient().get(bytes("hash")));
      }
      hashes.add(done(maintenance.hashKV(cluster.clientUrl(member), revision)).getHash());
    }
    assertThat(hashes).hasSize(1);
  }

  @Test
  void aMemberIsDefragmented() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(done(maintenance.defragmentMember(cluster.clientUrl(i)))).isNotNull();
    }
  }

  @Test
  void alarmsAreListedAndDisarmed() throws Exception {
    long id = done(maintenance.statusMember(cluster.clientUrl(1))).getHeader().getMemberId();
    try (MemberClient plain = new MemberClient(cluster, 1)) {
      plain
          .maintenance()
          .alarm(
              AlarmRequest.newBuilder()
                  .setAction(AlarmAction.ACTIVATE)
                  .setMemberID(id)
                  .setAlarm(io.balsa.kv.proto.AlarmType.NOSPACE)
                  .build());
    }
    assertThatThrownBy(() -> done(client.getKVClient().put(bytes("full"), bytes("1"))))
        .hasStackTraceContaining("database space exceeded");
    AlarmMember alarm = new AlarmMember(id, AlarmType.NOSPACE);
    assertThat(done(maintenance.listAlarms()).getAlarms())
        .singleElement()
        .satisfies(
            raised -> {
              assertThat(raised.getMemberId()).isEqualTo(id);
              assertThat(raised.getAlarmType()).isEqualTo(AlarmType.NOSPACE);
            });
    assertThat(done(maintenance.alarmDisarm(alarm)).getAlarms()).hasSize(1);
    assertThat(done(maintenance.listAlarms()).getAlarms()).isEmpty();
    done(client.getKVClient().put(bytes("full"), bytes("1")));
  }

  @Test
  void aSnapshotIsTakenBothWays() throws Exception {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    assertThat(done(maintenance.snapshot(whole))).isEqualTo(whole.size()).isPositive();
    CompletableFuture<Long> size = new CompletableFuture<>();
    maintenance.snapshot(new Sizes(size));
    assertThat(done(size)).isPositive();
  }

  @Test
  void leadershipMovesAsAskedOfTheLeader() throws Exception {
    int leader = cluster.leader();
    int next = (leader + 1) % 3;
    long target = done(maintenance.statusMember(cluster.clientUrl(next))).getHeader().getMemberId();
    try (Client atLeader = Client.builder().endpoints(cluster.clientUrl(leader)).build()) {
      done(atLeader.getMaintenanceClient().moveLeader(target));
    }
    cluster.await(() -> cluster.leader() == next);
    assertThat(done(maintenance.statusMember(cluster.clientUrl(next))).getLeader())
        .isEqualTo(target);
  }

  /** Adds up what a snapshot's stream sends. */
  private static final class Sizes implements StreamObserver<SnapshotResponse> {
    private final CompletableFuture<Long> sum;
    private long soFar;

    Sizes(CompletableFuture<Long> sum) {
      this.sum = sum;
    }

    @Override
    public void onNext(SnapshotResponse response) {
      soFar += response.getBlob().size();
    }

    @Override
    public void onError(Throwable failure) {
      sum.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      sum.complete(soFar);
    }
  }
}
