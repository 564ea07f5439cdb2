package io.balsa.kv.server;

import static io.balsa.kv.server.MemberClient.ZERO;
import static io.balsa.kv.server.MemberClient.putRequest;
import static io.balsa.kv.server.MemberClient.rangeRequest;
import static io.balsa.kv.server.MemberClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.HashKVResponse;
import io.balsa.kv.proto.PutRequest;
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
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that have stopped members of other stores, or let them drift apart: here each is answered alike by every member
 * of three, and has no effect or the same one everywhere.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HarmlessRequestsTest {
  private TestCluster cluster;
  private final List<MemberClient> members = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    for (int i = 0; i < 3; i++) {
      members.add(new MemberClient(cluster, i));
    }
  }

  @AfterAll
  void stop() throws Exception {
    for (MemberClient member : members) {
      member.close();
    }
    cluster.close();
  }

  @AfterEach
  void allMembersHoldTheSame() {
    long revision = members.get(0).put("the end of a test", "");
    List<HashKVResponse> hashes = new ArrayList<>();
    for (MemberClient member : members) {
      assertThat(member.get("the end of a test")).isEmpty();
      hashes.add(
          member.maintenance().hashKV(HashKVRequest.newBuilder().setRevision(revision).build()));
    }
    assertThat(hashes).extracting(HashKVResponse::getHash).containsOnly(hashes.get(0).getHash());
    assertThat(hashes)
        .extracting(HashKVResponse::getCompactRevision)
        .containsOnly(hashes.get(0).getCompactRevision());
  }

  @Test
  void aWriteThatReadsACompactedOrAFutureRevisionIsRefusedWhole() {
    members.get(0).put("r", "1");
    members.get(0).put("r", "2");
    long now = members.get(0).put("r", "3");
    compact(now - 1);
    for (MemberClient member : members) {
      for (RequestOp read : List.of(rangeOp("r", now - 2), nested(rangeOp("r", now - 2)))) {
        refused(KvError.COMPACTED, () -> member.kv().txn(txn(putOp("r", "never"), read)));
        refused(KvError.COMPACTED, () -> member.kv().txn(txn(read, putOp("r", "never"))));
      }
      refused(
          KvError.FUTURE_REVISION,
          () -> member.kv().txn(txn(putOp("r", "never"), rangeOp("r", now + 1))));
      // Its own revision isn't there yet when it is checked.
      refused(
          KvError.FUTURE_REVISION,
          () -> member.kv().txn(txn(putOp("r", "never"), nested(rangeOp("r", now + 1)))));
    }
    for (MemberClient member : members) {
      assertThat(member.get("r")).isEqualTo("3");
      var read = member.kv().txn(txn(deleteOp("none", ""), rangeOp("r", now - 1)));
      assertThat(read.getResponses(1).getResponseRange().getKvs(0).getValue().toStringUtf8())
          .isEqualTo("2");
      assertThat(read.getHeader().getRevision()).isEqualTo(now);
    }
  }

  @Test
  void anUnknownSortTargetIsRefused() {
    long before = members.get(0).put("s", "1");
    RangeRequest odd = rangeRequest("s").toBuilder().setSortTargetValue(99).build();
    RequestOp oddOp = RequestOp.newBuilder().setRequestRange(odd).build();
    for (MemberClient member : members) {
      refused(KvError.INVALID_SORT_OPTION, () -> member.kv().range(odd));
      refused(KvError.INVALID_SORT_OPTION, () -> member.kv().txn(txn(oddOp)));
      refused(KvError.INVALID_SORT_OPTION, () -> member.kv().txn(txn(putOp("s", "2"), oddOp)));
      refused(
          KvError.INVALID_SORT_OPTION, () -> member.kv().txn(txn(putOp("s", "2"), nested(oddOp))));
      assertThat(member.kv().range(rangeRequest("s")).getHeader().getRevision()).isEqualTo(before);
    }
  }

  @Test
  void aPutThatKeepsTheValueOfAKeyThatItsTxnDeletesIsRefusedWhole() {
    for (MemberClient member : members) {
      long before = member.put("t", "kept");
      RequestOp keep =
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("t")).setIgnoreValue(true))
              .build();
      RequestOp deleteOnwards =
          RequestOp.newBuilder()
              .setRequestDeleteRange(
                  DeleteRangeRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8("t"))
                      .setRangeEnd(ZERO))
              .build();
      refused(KvError.KEY_NOT_FOUND, () -> member.kv().txn(txn(deleteOnwards, keep)));
      refused(KvError.KEY_NOT_FOUND, () -> member.kv().txn(txn(deleteOnwards, nested(keep))));
      for (MemberClient other : members) {
        assertThat(other.get("t")).isEqualTo("kept");
      }
      // The other way round, each has its effect, in one revision.
      var both = member.kv().txn(txn(keep, deleteOnwards));
      assertThat(both.getHeader().getRevision()).isEqualTo(before + 1);
      for (MemberClient other : members) {
        assertThat(other.get("t")).isEqualTo("absent");
      }
    }
  }

  /** The watch goes on through the same connection: it wasn't closed over the others' heads. */
  @Test
  void aMessageBeyondTheLimitGetsItsErrorAndLeavesTheConnectionOpen() throws Exception {
    for (MemberClient member : members) {
      BlockingQueue<WatchResponse> seen = new LinkedBlockingQueue<>();
      BlockingQueue<Throwable> ended = new LinkedBlockingQueue<>();
      StreamObserver<WatchRequest> watch =
          WatchGrpc.newStub(member.channel()).watch(collector(seen, ended));
      watch.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("u")))
              .build());
      assertThat(seen.poll(30, TimeUnit.SECONDS)).isNotNull();

      PutRequest huge =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("u"))
              .setValue(ByteString.copyFrom(new byte[3 << 20]))
              .build();
      assertThatThrownBy(() -> member.kv().put(huge))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
      refused(
          KvError.REQUEST_TOO_LARGE,
          () ->
              member
                  .kv()
                  .put(
                      huge.toBuilder().setValue(ByteString.copyFrom(new byte[1_572_864])).build()));

      member.put("u", "after");
      WatchResponse event = seen.poll(30, TimeUnit.SECONDS);
      assertThat(event).isNotNull();
      assertThat(event.getEvents(0).getKv().getValue().toStringUtf8()).isEqualTo("after");
      assertThat(ended).isEmpty();
      watch.onCompleted();
    }
  }

  private static StreamObserver<WatchResponse> collector(
      BlockingQueue<WatchResponse> seen, BlockingQueue<Throwable> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchResponse response) {
        seen.add(response);
      }

      @Override
      public void onError(Throwable failure) {
        ended.add(failure);
      }

      @Override
      public void onCompleted() {}
    };
  }

  private void compact(long revision) {
    assertThat(
            members
                .get(1)
                .kv()
                .compact(CompactionRequest.newBuilder().setRevision(revision).build()))
        .isNotNull();
  }

  private static TxnRequest txn(RequestOp... ops) {
    return TxnRequest.newBuilder().addAllSuccess(List.of(ops)).build();
  }

  private static RequestOp nested(RequestOp op) {
    return RequestOp.newBuilder().setRequestTxn(txn(op)).build();
  }

  private static RequestOp putOp(String key, String value) {
    return RequestOp.newBuilder().setRequestPut(putRequest(key, value)).build();
  }

  private static RequestOp rangeOp(String key, long revision) {
    return RequestOp.newBuilder()
        .setRequestRange(rangeRequest(key).toBuilder().setRevision(revision))
        .build();
  }

  private static RequestOp deleteOp(String key, String end) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setRangeEnd(ByteString.copyFromUtf8(end)))
        .build();
  }
}
