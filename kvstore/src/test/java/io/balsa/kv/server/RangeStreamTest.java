package io.balsa.kv.server;

import static io.balsa.kv.server.MemberClient.ZERO;
import static io.balsa.kv.server.MemberClient.rangeRequest;
import static io.balsa.kv.server.MemberClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeRequest.SortOrder;
import io.balsa.kv.proto.RangeRequest.SortTarget;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RangeStreamResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A range in chunks is the range in one piece. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RangeStreamTest {
  private static final int KEYS = 60;

  private TestCluster cluster;
  private MemberClient client;
  private long half;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 1);
    client = new MemberClient(cluster, 0);
    for (int i = 0; i < KEYS; i++) {
      long revision = put(String.format("big/%03d", i), 100_000);
      half = i == KEYS / 2 ? revision : half;
    }
    put("big/007", 10);
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    cluster.close();
  }

  @Test
  void chunksMergeIntoTheAnswer() {
    same(all());
    same(all().setSerializable(true));
    same(all().setKeysOnly(true));
    same(all().setCountOnly(true));
    same(all().setCountOnly(true).setLimit(3));
    same(all().setRevision(half));
    same(all().setRevision(half).setLimit(20));
    same(all().setSortOrder(SortOrder.ASCEND));
    same(rangeRequest("big/003").toBuilder());
    same(rangeRequest("none").toBuilder());
    same(rangeRequest("z").toBuilder().setRangeEnd(ByteString.copyFromUtf8("b")));
    for (long limit : new long[] {1, 9, 10, 11, KEYS - 1, KEYS, KEYS + 1}) {
      same(all().setLimit(limit));
    }
  }

  @Test
  void chunksAreSmallAndTheFirstComesSoon() {
    List<RangeResponse> chunks = stream(all().build());
    assertThat(chunks).hasSizeGreaterThan(5);
    assertThat(chunks.get(0).getKvsCount()).isLessThanOrEqualTo(10);
    assertThat(chunks).allMatch(chunk -> chunk.getSerializedSize() < 1 << 20);
    for (RangeResponse chunk : chunks.subList(0, chunks.size() - 1)) {
      assertThat(chunk.hasHeader() || chunk.getMore() || chunk.getCount() > 0)
          .as("only the last one says how many there are")
          .isFalse();
    }
  }

  @Test
  void whatIsWrittenMeanwhileIsntSeen() {
    RangeResponse before = client.kv().range(all().build());
    Iterator<RangeStreamResponse> chunks = client.kv().rangeStream(all().build());
    RangeResponse.Builder merged = RangeResponse.newBuilder();
    merged.mergeFrom(chunks.next().getRangeResponse());
    // More than the transport holds is still unread.
    put("big/059", 5);
    put("big/060", 5);
    chunks.forEachRemaining(chunk -> merged.mergeFrom(chunk.getRangeResponse()));
    sameAnswer(merged.build(), before);
    put("big/059", 100_000);
    assertThat(
            client
                .kv()
                .deleteRange(
                    DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("big/060"))
                        .build())
                .getDeleted())
        .isEqualTo(1);
  }

  @Test
  void requestsThatCantBeStreamedAreRefused() {
    refused(KvError.EMPTY_KEY, () -> stream(RangeRequest.getDefaultInstance()));
    refused(KvError.FUTURE_REVISION, () -> stream(all().setRevision(1_000_000).build()));
    refused(KvError.INVALID_SORT_OPTION, () -> stream(all().setSortTargetValue(9).build()));
    String sort = "RangeStream does not support custom sort orders";
    unimplemented(sort, all().setSortOrder(SortOrder.DESCEND));
    unimplemented(sort, all().setSortTarget(SortTarget.MOD));
    String filter = "RangeStream does not support revision filters";
    unimplemented(filter, all().setMinModRevision(1));
    unimplemented(filter, all().setMaxModRevision(1));
    unimplemented(filter, all().setMinCreateRevision(1));
    unimplemented(filter, all().setMaxCreateRevision(1));
  }

  @Test
  void aCompactionOvertakesASlowClient(@TempDir Path dir) throws Exception {
    try (TestCluster other = TestCluster.start(dir, 1);
        MemberClient slow = new MemberClient(other, 0)) {
      long last = 0;
      for (int i = 0; i < KEYS; i++) {
        last = put(slow, String.format("big/%03d", i), 100_000);
      }
      Iterator<RangeStreamResponse> chunks = slow.kv().rangeStream(all().build());
      assertThat(chunks.next().getRangeResponse().getKvsCount()).isPositive();
      long after = slow.put("after", "1");
      assertThat(after).isEqualTo(last + 1);
      assertThat(slow.kv().compact(CompactionRequest.newBuilder().setRevision(after).build()))
          .isNotNull();
      refused(KvError.COMPACTED, () -> chunks.forEachRemaining(chunk -> {}));
    }
  }

  private void unimplemented(String text, RangeRequest.Builder request) {
    assertThatThrownBy(() -> stream(request.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
            });
  }

  private void same(RangeRequest.Builder request) {
    RangeResponse.Builder merged = RangeResponse.newBuilder();
    stream(request.build()).forEach(merged::mergeFrom);
    sameAnswer(merged.build(), client.kv().range(request.build()));
  }

  /** Without printing megabytes when they differ. */
  private static void sameAnswer(RangeResponse actual, RangeResponse expected) {
    assertThat(withoutValues(actual)).isEqualTo(withoutValues(expected));
    assertThat(actual.equals(expected)).as("the values").isTrue();
  }

  private static RangeResponse withoutValues(RangeResponse response) {
    RangeResponse.Builder keys = response.toBuilder();
    keys.getKvsBuilderList().forEach(kv -> kv.clearValue());
    return keys.build();
  }

  private List<RangeResponse> stream(RangeRequest request) {
    List<RangeResponse> chunks = new ArrayList<>();
    client
        .kv()
        .rangeStream(request)
        .forEachRemaining(chunk -> chunks.add(chunk.getRangeResponse()));
    return chunks;
  }

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO);
  }

  private long put(String key, int valueBytes) {
    return put(client, key, valueBytes);
  }

  private static long put(MemberClient client, String key, int valueBytes) {
    return client
        .kv()
        .put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFrom(new byte[valueBytes]))
                .build())
        .getHeader()
        .getRevision();
  }
}
