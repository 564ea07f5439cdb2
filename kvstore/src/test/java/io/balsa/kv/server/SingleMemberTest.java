package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MemberListResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The API against one whole member: RocksDB, Raft, Netty and all. */
@Timeout(120)
final class SingleMemberTest {
  @TempDir private Path dir;
  private TestCluster cluster;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    cluster = TestCluster.start(dir, 1);
    connect();
  }

  private void connect() {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(0)).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    cluster.close();
  }

  @Test
  void theGatewayCanBeSwitchedOff() throws Exception {
    cluster.stop(0);
    cluster.restart(0, "--enable-grpc-gateway=false");
    URI range = URI.create(cluster.clientUrl(0) + "/v3/kv/range");
    HttpRequest post =
        HttpRequest.newBuilder(range).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("404 page not found\n");
  }

  @Test
  void aMemberWithDataIgnoresThatItsClusterExistsAndOneWithoutIsRefused() throws Exception {
    cluster.stop(0);
    cluster.restart(0, "--initial-cluster-state=existing");
    cluster.stop(0);
    String elsewhere = "--data-dir=" + dir.resolve("empty");
    assertThatThrownBy(() -> cluster.restart(0, "--initial-cluster-state=existing", elsewhere))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("cannot fetch cluster info from peer urls");
    assertThat(dir.resolve("empty")).doesNotExist();
    cluster.restart(0);
  }

  @Test
  void anEmptyStoreIsAtRevisionOneAndTheFirstWriteMakesTwo() {
    RangeResponse empty = kv().range(get("a"));
    assertThat(empty.getHeader().getRevision()).isEqualTo(1);
    assertThat(empty.getCount()).isZero();
    PutResponse put = kv().put(put("a", "1"));
    assertThat(put.getHeader().getRevision()).isEqualTo(2);
    assertThat(put.getHeader().getRaftTerm()).isPositive();
    assertThat(put.getHeader().getMemberId()).isEqualTo(status().getHeader().getMemberId());
    assertThat(put.getHeader().getClusterId()).isNotZero();
    assertThat(put.hasPrevKv()).isFalse();
  }

  @Test
  void whatWasWrittenIsReadInEveryWay() {
    kv().put(put("a", "1"));
    kv().put(put("b", "2"));
    PutResponse again = kv().put(put("b", "3").toBuilder().setPrevKv(true).build());
    assertThat(again.getPrevKv().getValue().toStringUtf8()).isEqualTo("2");
    assertThat(kv().range(get("b")).getKvs(0).getVersion()).isEqualTo(2);
    assertThat(kv().range(get("b").toBuilder().setSerializable(true).build()).getCount())
        .isEqualTo(1);
    RangeResponse all =
        kv().range(get("a").toBuilder().setRangeEnd(bytes("z")).setLimit(1).build());
    assertThat(all.getMore()).isTrue();
    assertThat(all.getCount()).isEqualTo(2);
    RangeResponse old =
        kv().range(get("b").toBuilder().setRevision(3).setRangeEnd(bytes("z")).build());
    assertThat(old.getKvs(0).getValue().toStringUtf8()).isEqualTo("2");
    assertThat(old.getHeader().getRevision()).isEqualTo(4);
    DeleteRangeResponse deleted =
        kv().deleteRange(
                DeleteRangeRequest.newBuilder()
                    .setKey(bytes("a"))
                    .setRangeEnd(bytes("z"))
                    .setPrevKv(true)
                    .build());
    assertThat(deleted.getDeleted()).isEqualTo(2);
    assertThat(deleted.getPrevKvsCount()).isEqualTo(2);
    assertThat(deleted.getHeader().getRevision()).isEqualTo(5);
  }

  @Test
  void aTxnDecidesOnTheStateBeforeIt() {
    TxnRequest createOnce =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(bytes("lock"))
                    .setTarget(Compare.CompareTarget.CREATE)
                    .setResult(Compare.CompareResult.EQUAL)
                    .setCreateRevision(0))
            .addSuccess(RequestOp.newBuilder().setRequestPut(put("lock", "me")))
            .addFailure(RequestOp.newBuilder().setRequestRange(get("lock")))
            .build();
    TxnResponse first = kv().txn(createOnce);
    assertThat(first.getSucceeded()).isTrue();
    assertThat(first.getHeader().getRevision()).isEqualTo(2);
    assertThat(first.getResponses(0).getResponsePut().getHeader().getRevision()).isEqualTo(2);
    TxnResponse second = kv().txn(createOnce);
    assertThat(second.getSucceeded()).isFalse();
    assertThat(second.getResponses(0).getResponseRange().getKvs(0).getValue().toStringUtf8())
        .isEqualTo("me");
    assertThat(second.getHeader().getRevision()).isEqualTo(2);
  }

  /** The log wraps a request once more than gRPC does: what the one takes the other must read. */
  @Test
  void aRequestNestedAsDeepAsTheDoorAllowsIsApplied() throws Exception {
    TxnRequest deep = txnOf(RequestOp.newBuilder().setRequestPut(put("deep", "1")));
    for (int i = 0; i < 49; i++) {
      deep = txnOf(RequestOp.newBuilder().setRequestTxn(deep));
    }
    TxnRequest nested = deep;
    // The response is deeper still, so that this client can't read it.
    assertThat(catchThrowable(() -> kv().txn(nested))).isNotNull();
    assertThat(kv().range(get("deep")).getCount()).isEqualTo(1);
    ByteString.Output groups = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(groups);
    for (int i = 0; i < 200; i++) {
      out.writeTag(99, i < 100 ? WireFormat.WIRETYPE_START_GROUP : WireFormat.WIRETYPE_END_GROUP);
    }
    out.flush();
    PutRequest odd =
        put("odd", "2").toBuilder()
            .setUnknownFields(UnknownFieldSet.parseFrom(groups.toByteString()))
            .build();
    assertThat(kv().put(odd).getHeader().getRevision()).isEqualTo(3);
    assertThat(kv().range(get("odd")).getCount()).isEqualTo(1);
  }

  private static TxnRequest txnOf(RequestOp.Builder op) {
    return TxnRequest.newBuilder().addSuccess(op).build();
  }

  @Test
  void aReadOnlyTxnDoesNotEnterTheLog() {
    kv().put(put("a", "1"));
    long before = cluster.member(0).node().status().lastIndex();
    TxnRequest reads =
        TxnRequest.newBuilder()
            .addSuccess(RequestOp.newBuilder().setRequestRange(get("a")))
            .build();
    assertThat(kv().txn(reads).getResponses(0).getResponseRange().getCount()).isEqualTo(1);
    assertThat(cluster.member(0).node().status().lastIndex()).isEqualTo(before);
  }

  @Test
  void refusalsHaveTheCodesAndTextsThatClientsCompare() {
    kv().put(put("a", "1"));
    kv().put(put("a", "2"));
    refused(KvError.EMPTY_KEY, () -> kv().range(RangeRequest.getDefaultInstance()));
    refused(
        KvError.FUTURE_REVISION, () -> kv().range(get("a").toBuilder().setRevision(99).build()));
    refused(
        KvError.FUTURE_REVISION,
        () -> kv().range(get("a").toBuilder().setRevision(99).setSerializable(true).build()));
    refused(
        KvError.LEASE_NOT_FOUND, () -> kv().put(put("a", "1").toBuilder().setLease(99).build()));
    refused(
        KvError.KEY_NOT_FOUND,
        () -> kv().put(put("none", "").toBuilder().setIgnoreValue(true).build()));
    refused(KvError.FUTURE_REVISION, () -> compact(99));
    compact(3);
    refused(KvError.COMPACTED, () -> compact(3));
    refused(KvError.COMPACTED, () -> kv().range(get("a").toBuilder().setRevision(2).build()));
    refused(
        KvError.REQUEST_TOO_LARGE,
        () ->
            kv().put(
                    PutRequest.newBuilder()
                        .setKey(bytes("big"))
                        .setValue(ByteString.copyFrom(new byte[1_572_864]))
                        .build()));
    assertThat(kv().range(get("big")).getCount()).isZero();
  }

  @Test
  void aPhysicalCompactionAnswersWhenTheHistoryIsGone() {
    for (int i = 0; i < 100; i++) {
      kv().put(put("a", "" + i));
    }
    kv().compact(CompactionRequest.newBuilder().setRevision(100).setPhysical(true).build());
    assertThat(kv().range(get("a").toBuilder().setRevision(100).build()).getCount()).isEqualTo(1);
  }

  @Test
  void statusTellsWhatOperatorsAsk() {
    kv().put(put("a", "1"));
    StatusResponse status = status();
    assertThat(status.getVersion()).matches("3\\.6\\.\\d+");
    assertThat(status.getDbSize()).isPositive();
    assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
    assertThat(status.getRaftAppliedIndex()).isEqualTo(status.getRaftIndex()).isPositive();
    assertThat(status.getIsLearner()).isFalse();
    assertThat(status.getErrorsList()).isEmpty();
    assertThat(status.hasDowngradeInfo()).isTrue();
    assertThat(status.getDbSizeQuota()).isEqualTo(2L << 30);
  }

  @Test
  void theMemberListNamesItsUrls() {
    MemberListResponse list =
        ClusterGrpc.newBlockingStub(channel)
            .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
    assertThat(list.getMembersList())
        .singleElement()
        .satisfies(
            member -> {
              assertThat(member.getName()).isEqualTo("m0");
              assertThat(member.getClientURLsList()).containsExactly(cluster.clientUrl(0));
              assertThat(member.getPeerURLsList())
                  .containsExactly("http://127.0.0.1:" + cluster.peerPort(0));
            });
    assertThat(list.getHeader().getRevision()).isZero();
  }

  @Test
  void alarmsHashesAndHealthAreAnswered() throws Exception {
    kv().put(put("a", "1"));
    MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(channel);
    assertThat(maintenance.alarm(AlarmRequest.getDefaultInstance()).getAlarmsList()).isEmpty();
    assertThat(maintenance.hashKV(HashKVRequest.getDefaultInstance()).getHashRevision())
        .isEqualTo(2);
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    HttpResponse<String> health =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(cluster.clientUrl(0) + "/health")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(health.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
  }

  @Test
  void everythingIsThereAfterARestart() throws Exception {
    kv().put(put("a", "1"));
    long member = status().getHeader().getMemberId();
    long term = status().getRaftTerm();
    cluster.stop(0);
    cluster.restart(0);
    channel.shutdownNow();
    connect();
    RangeResponse read = kv().range(get("a"));
    assertThat(read.getKvs(0).getValue().toStringUtf8()).isEqualTo("1");
    assertThat(read.getHeader().getRevision()).isEqualTo(2);
    assertThat(status().getHeader().getMemberId()).isEqualTo(member);
    assertThat(status().getRaftTerm()).isGreaterThan(term);
  }

  @Test
  void aSecondServerOnTheSamePortsOrDirectoryIsRefusedAndHarmsNobody() throws Exception {
    assertThatThrownBy(() -> KvServer.start(cluster.config(0)))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("can't listen for clients")
        .message()
        .hasLineCount(1);
    try (TestCluster other = TestCluster.start(dir.resolve("other"), 1)) {
      int freeClientPort = other.clientPort(0);
      int freePeerPort = other.peerPort(0);
      other.close();
      String client = "--listen-client-urls=http://127.0.0.1:" + freeClientPort;
      String peer = "--listen-peer-urls=http://127.0.0.1:" + freePeerPort;
      assertThatThrownBy(() -> KvServer.start(cluster.config(0, client)))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("can't listen for peers");
      Path unwritten = dir.resolve("unwritten");
      assertThatThrownBy(() -> KvServer.start(cluster.config(0, client, "--data-dir=" + unwritten)))
          .isInstanceOf(StartupException.class);
      assertThat(unwritten).doesNotExist();
      assertThatThrownBy(() -> KvServer.start(cluster.config(0, client, peer)))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("in use by another process");
    }
    assertThat(kv().put(put("still", "here")).getHeader().getRevision()).isEqualTo(2);
  }

  private StatusResponse status() {
    return MaintenanceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance());
  }

  private void compact(long revision) {
    assertThat(kv().compact(CompactionRequest.newBuilder().setRevision(revision).build()))
        .isNotNull();
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static void refused(KvError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode().value()).isEqualTo(error.code().number());
              assertThat(e.getStatus().getDescription()).isEqualTo(error.text());
            });
  }

  private static PutRequest put(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
  }

  private static RangeRequest get(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
