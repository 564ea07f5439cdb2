package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
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

/** One of three, without the others: what it says while there is no majority. */
@Timeout(120)
final class LonelyMemberTest {
  private static final RangeRequest GET =
      RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();

  @TempDir private Path dir;
  private TestCluster cluster;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    cluster = TestCluster.startOneOf(dir, 3, "--heartbeat-interval=10", "--election-timeout=100");
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(0)).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    cluster.close();
  }

  @Test
  void whatNeedsAMajorityTimesOutAndTheRestIsServed() {
    KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
    RangeRequest stale = GET.toBuilder().setSerializable(true).build();
    assertThat(kv.range(stale).getHeader().getRevision()).isEqualTo(1);
    PutRequest put = PutRequest.newBuilder().setKey(GET.getKey()).build();
    fails(KvError.TIMEOUT, () -> kv.put(put));
    fails(KvError.TIMEOUT, () -> kv.range(GET));
    assertThat(cluster.member(0).ready()).isNotDone();
  }

  @Test
  void aCallThatInsistsOnALeaderFailsAtOnce() {
    Metadata insists = new Metadata();
    insists.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    KVGrpc.KVBlockingStub kv =
        KVGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(insists));
    fails(KvError.NO_LEADER, () -> kv.range(GET.toBuilder().setSerializable(true).build()));
  }

  @Test
  void statusAndHealthSayThatThereIsNoLeader() throws Exception {
    StatusResponse status =
        MaintenanceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance());
    assertThat(status.getLeader()).isZero();
    assertThat(status.getErrorsList()).containsExactly("etcdserver: no leader");
    assertThat(get("/health").statusCode()).isEqualTo(503);
    assertThat(get("/health").body())
        .isEqualTo("{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}");
    assertThat(get("/health?serializable=true").statusCode()).isEqualTo(200);
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(cluster.clientUrl(0) + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static void fails(KvError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(error.text());
              assertThat(e.getStatus().getCode().value()).isEqualTo(error.code().number());
            });
  }
}
