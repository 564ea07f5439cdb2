package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AlarmType;
import io.balsa.kv.proto.DowngradeRequest;
import io.balsa.kv.proto.HashRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.SnapshotRequest;
import io.balsa.kv.proto.election.CampaignRequest;
import io.balsa.kv.proto.election.LeaderRequest;
import io.balsa.kv.proto.lock.LockRequest;
import io.balsa.kv.proto.lock.LockResponse;
import io.balsa.kv.proto.lock.UnlockRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Authentication of calls that go on after their handler has returned: locks, elections, streams. And of an operator's calls. */
@Timeout(120)
final class AuthOfStreamsTest {
  @TempDir private Path dir;
  private TestCluster cluster;
  private ManagedChannel channel;
  private AuthClient root;
  private AuthClient ada;

  @BeforeEach
  void switchOn() throws Exception {
    cluster = TestCluster.start(dir, 1);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(0)).usePlaintext().build();
    AuthClient nobody = new AuthClient(channel);
    root = nobody.switchOn();
    ada = nobody.as("ada");
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    cluster.close();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static void denied(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(KvError.PERMISSION_DENIED.text());
  }

  /** The lease, the key and its deletion are later steps of the call, each a command of its own. */
  @Test
  void aLockIsTakenAndGivenBackOnBehalfOfItsUser() {
    LockResponse lock =
        ada.locks().lock(LockRequest.newBuilder().setName(bytes("ada/lock")).build());
    assertThat(lock.getKey().toStringUtf8()).startsWith("ada/lock/");
    denied(() -> ada.locks().lock(LockRequest.newBuilder().setName(bytes("others")).build()));
    denied(() -> ada.locks().unlock(UnlockRequest.newBuilder().setKey(bytes("others/1")).build()));
    assertThat(
            ada.locks()
                .unlock(UnlockRequest.newBuilder().setKey(lock.getKey()).build())
                .hasHeader())
        .isTrue();
  }

  @Test
  void anElectionIsWonOnBehalfOfItsUser() {
    CampaignRequest.Builder campaign = CampaignRequest.newBuilder().setValue(bytes("me"));
    assertThat(ada.elections().campaign(campaign.setName(bytes("ada/e")).build()).hasLeader())
        .isTrue();
    denied(() -> ada.elections().campaign(campaign.setName(bytes("others")).build()));
    denied(
        () -> ada.elections().leader(LeaderRequest.newBuilder().setName(bytes("others")).build()));
    assertThat(
            root.elections()
                .leader(LeaderRequest.newBuilder().setName(bytes("ada/e")).build())
                .getKv()
                .getValue())
        .isEqualTo(bytes("me"));
  }

  @Test
  void aStreamOfKeysIsReadByPermission() {
    var unused = ada.kv().put(PutRequest.newBuilder().setKey(bytes("ada/1")).build());
    RangeRequest.Builder range = RangeRequest.newBuilder().setKey(bytes("ada/"));
    assertThat(
            ada.kv()
                .rangeStream(range.setRangeEnd(bytes("ada0")).build())
                .next()
                .getRangeResponse()
                .getCount())
        .isEqualTo(1);
    denied(() -> ada.kv().rangeStream(range.setRangeEnd(bytes("b")).build()).hasNext());
  }

  @Test
  void alarmsDowngradesHashesAndSnapshotsAreRoots() {
    AlarmRequest raise =
        AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
            .setAlarm(AlarmType.NOSPACE)
            .build();
    denied(() -> ada.maintenance().alarm(raise));
    denied(() -> ada.maintenance().hash(HashRequest.getDefaultInstance()));
    denied(() -> ada.maintenance().snapshot(SnapshotRequest.getDefaultInstance()).hasNext());
    denied(() -> ada.maintenance().downgrade(DowngradeRequest.getDefaultInstance()));
    assertThat(root.maintenance().alarm(raise).getAlarmsCount()).isEqualTo(1);
    assertThat(root.maintenance().snapshot(SnapshotRequest.getDefaultInstance()).hasNext())
        .isTrue();
  }
}
