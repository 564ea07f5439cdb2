package io.balsa.kv.server;

import static io.balsa.kv.server.MemberClient.putRequest;
import static io.balsa.kv.server.MemberClient.rangeRequest;
import static io.balsa.kv.server.MemberClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every limit of a request: one below it, at it, one above it. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LimitsTest {
  private static final int REQUEST_BYTES_MAX = 10_000;
  private static final int ENVELOPE_BYTES = 512 * 1024;
  private static final int CALLS_MAX = 3;

  private TestCluster cluster;
  private MemberClient client;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster =
        TestCluster.start(
            dir,
            1,
            "--max-request-bytes=" + REQUEST_BYTES_MAX,
            "--max-txn-ops=5",
            "--max-concurrent-streams=" + CALLS_MAX);
    client = new MemberClient(cluster, 0);
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    cluster.close();
  }

  @Test
  void bytesOfARequest() {
    client.kv().put(putOfEncodedSize(REQUEST_BYTES_MAX - 1));
    long last = client.kv().put(putOfEncodedSize(REQUEST_BYTES_MAX)).getHeader().getRevision();
    refused(
        KvError.REQUEST_TOO_LARGE, () -> client.kv().put(putOfEncodedSize(REQUEST_BYTES_MAX + 1)));
    assertThat(client.kv().range(rangeRequest("big")).getHeader().getRevision()).isEqualTo(last);
  }

  /** What is put, with what the log adds to it, has this size. */
  private static PutRequest putOfEncodedSize(int bytes) {
    PutRequest put = putOf(bytes - 100);
    int missing = bytes - CommandCodec.encode(KvCommand.newBuilder().setPut(put)).size();
    PutRequest exact = putOf(put.getValue().size() + missing);
    assertThat(CommandCodec.encode(KvCommand.newBuilder().setPut(exact)).size()).isEqualTo(bytes);
    return exact;
  }

  private static PutRequest putOf(int valueBytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("big"))
        .setValue(ByteString.copyFrom(new byte[valueBytes]))
        .build();
  }

  @Test
  void bytesOfAMessage() {
    int max = REQUEST_BYTES_MAX + ENVELOPE_BYTES;
    refused(KvError.REQUEST_TOO_LARGE, () -> client.kv().put(putOfMessageSize(max - 1)));
    refused(KvError.REQUEST_TOO_LARGE, () -> client.kv().put(putOfMessageSize(max)));
    assertThatThrownBy(() -> client.kv().put(putOfMessageSize(max + 1)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  private static PutRequest putOfMessageSize(int bytes) {
    PutRequest put = putOf(bytes - 100);
    PutRequest exact = putOf(put.getValue().size() + bytes - put.getSerializedSize());
    assertThat(exact.getSerializedSize()).isEqualTo(bytes);
    return exact;
  }

  @Test
  void operationsOfATxn() {
    assertThat(client.kv().txn(gets(4)).getResponsesCount()).isEqualTo(4);
    assertThat(client.kv().txn(gets(5)).getResponsesCount()).isEqualTo(5);
    refused(KvError.TOO_MANY_OPS, () -> client.kv().txn(gets(6)));
    assertThat(client.kv().txn(nested(gets(3))).getResponsesCount()).isEqualTo(1);
    assertThat(client.kv().txn(nested(gets(4))).getResponsesCount()).isEqualTo(1);
    refused(KvError.TOO_MANY_OPS, () -> client.kv().txn(nested(gets(5))));
  }

  private static TxnRequest gets(int count) {
    RequestOp get = RequestOp.newBuilder().setRequestRange(rangeRequest("k")).build();
    return TxnRequest.newBuilder().addAllSuccess(Collections.nCopies(count, get)).build();
  }

  private static TxnRequest nested(TxnRequest txn) {
    return TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestTxn(txn)).build();
  }

  @Test
  void secondsOfALease() {
    assertThat(grant(Long.MIN_VALUE)).isEqualTo(2);
    assertThat(grant(0)).isEqualTo(2);
    assertThat(grant(1)).isEqualTo(2);
    assertThat(grant(2)).isEqualTo(2);
    assertThat(grant(3)).isEqualTo(3);
    assertThat(grant(8_999_999_999L)).isEqualTo(8_999_999_999L);
    assertThat(grant(9_000_000_000L)).isEqualTo(9_000_000_000L);
    refused(KvError.LEASE_TTL_TOO_LARGE, () -> grant(9_000_000_001L));
  }

  private long grant(long ttl) {
    return client.lease().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(ttl).build()).getTTL();
  }

  @Test
  void idsOfALease() {
    LeaseGrantRequest chosen = LeaseGrantRequest.newBuilder().setID(77).setTTL(60).build();
    assertThat(client.lease().leaseGrant(chosen).getID()).isEqualTo(77);
    refused(KvError.LEASE_EXISTS, () -> client.lease().leaseGrant(chosen));
    assertThat(client.lease().leaseGrant(chosen.toBuilder().setID(0).build()).getID())
        .isPositive()
        .isNotEqualTo(77);
  }

  @Test
  void revisionsThatAreReadOrCompacted() {
    client.put("c", "1");
    client.put("c", "2");
    long now = client.put("c", "3");
    refused(KvError.FUTURE_REVISION, () -> compact(now + 1));
    compact(now - 1);
    refused(KvError.COMPACTED, () -> compact(now - 1));
    refused(KvError.COMPACTED, () -> compact(-1));
    refused(KvError.COMPACTED, () -> read(now - 2));
    assertThat(read(now - 1)).isEqualTo("2");
    assertThat(read(now)).isEqualTo("3");
    refused(KvError.FUTURE_REVISION, () -> read(now + 1));
    assertThat(read(-1)).as("a negative revision is the latest").isEqualTo("3");
    refused(KvError.COMPACTED, () -> hash(now - 2));
    assertThat(hash(now - 1)).isEqualTo(now - 1);
    assertThat(hash(0)).isEqualTo(now);
    refused(KvError.FUTURE_REVISION, () -> hash(now + 1));
    compact(now);
    refused(KvError.COMPACTED, () -> compact(now));
  }

  private void compact(long revision) {
    assertThat(client.kv().compact(CompactionRequest.newBuilder().setRevision(revision).build()))
        .isNotNull();
  }

  private String read(long revision) {
    RangeRequest request = rangeRequest("c").toBuilder().setRevision(revision).build();
    return client.kv().range(request).getKvs(0).getValue().toStringUtf8();
  }

  private long hash(long revision) {
    return client
        .maintenance()
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
        .getHashRevision();
  }

  /** A call above the limit waits at the client until another has ended. */
  @Test
  void callsOnOneConnection() throws Exception {
    MemberClient crowded = new MemberClient(cluster, 0);
    try {
      List<StreamObserver<WatchRequest>> watches = new ArrayList<>();
      for (int i = 0; i < CALLS_MAX - 1; i++) {
        watches.add(watch(crowded));
      }
      crowded.put("calls", "at the limit");
      watches.add(watch(crowded));
      ListenableFuture<PutResponse> above =
          KVGrpc.newFutureStub(crowded.channel()).put(putRequest("calls", "above the limit"));
      client.put("calls", "through another connection");
      assertThat(client.get("calls")).isEqualTo("through another connection");
      assertThat(above.isDone()).isFalse();
      watches.get(0).onCompleted();
      above.get(30, TimeUnit.SECONDS);
      assertThat(client.get("calls")).isEqualTo("above the limit");
      watches.subList(1, CALLS_MAX).forEach(StreamObserver::onCompleted);
    } finally {
      crowded.close();
    }
  }

  /** A stream that is open at the server. */
  private static StreamObserver<WatchRequest> watch(MemberClient client) throws Exception {
    BlockingQueue<WatchResponse> answers = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(client.channel()).watch(new QueueingObserver<>(answers));
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("nothing")))
            .build());
    assertThat(answers.poll(30, TimeUnit.SECONDS)).isNotNull();
    return requests;
  }

  @Test
  void keysOfAnyRequest() {
    refused(KvError.EMPTY_KEY, () -> client.kv().put(putRequest("", "v")));
    refused(KvError.EMPTY_KEY, () -> client.kv().range(rangeRequest("")));
    client.put("\0", "the smallest key");
    assertThat(client.get("\0")).isEqualTo("the smallest key");
  }
}
