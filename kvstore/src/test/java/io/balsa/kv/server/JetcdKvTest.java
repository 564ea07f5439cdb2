package io.balsa.kv.server;

import static io.balsa.kv.server.Jetcd.bytes;
import static io.balsa.kv.server.Jetcd.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.GetOption.SortOrder;
import io.etcd.jetcd.options.GetOption.SortTarget;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.TxnOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** jetcd's KV: every call, and every option that reaches the server. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdKvTest {
  private TestCluster cluster;
  private Client client;
  private KV kv;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
    client = Jetcd.anywhere(cluster);
    kv = client.getKVClient();
  }

  @AfterAll
  void stop() {
    client.close();
    cluster.close();
  }

  private long put(String key, String value) throws Exception {
    return done(kv.put(bytes(key), bytes(value))).getHeader().getRevision();
  }

  private List<String> keys(String prefix, GetOption.Builder options) throws Exception {
    return done(kv.get(bytes(prefix), options.isPrefix(true).build())).getKvs().stream()
        .map(KeyValue::getKey)
        .map(ByteSequence::toString)
        .toList();
  }

  @Test
  void aPutTellsWhatWasThereBefore() throws Exception {
    PutOption previous = PutOption.builder().withPrevKV().withAutoRetry().build();
    assertThat(done(kv.put(bytes("prev"), bytes("1"), previous)).hasPrevKv()).isFalse();
    assertThat(done(kv.put(bytes("prev"), bytes("2"), previous)).getPrevKv().getValue())
        .isEqualTo(bytes("1"));
  }

  @Test
  void aRangeIsNarrowedByRevisions() throws Exception {
    long first = put("rev/a", "1");
    long second = put("rev/b", "1");
    long third = put("rev/a", "2");
    assertThat(keys("rev/", GetOption.builder().withMinModRevision(third)))
        .containsExactly("rev/a");
    assertThat(keys("rev/", GetOption.builder().withMaxModRevision(second)))
        .containsExactly("rev/b");
    assertThat(keys("rev/", GetOption.builder().withMinCreateRevision(second)))
        .containsExactly("rev/b");
    assertThat(keys("rev/", GetOption.builder().withMaxCreateRevision(first)))
        .containsExactly("rev/a");
    GetResponse then =
        done(kv.get(bytes("rev/a"), GetOption.builder().withRevision(first).build()));
    assertThat(then.getKvs().get(0).getValue()).isEqualTo(bytes("1"));
    assertThat(then.getHeader().getRevision()).isGreaterThanOrEqualTo(third);
  }

  @Test
  void aRangeIsSortedByWhatIsAsked() throws Exception {
    put("sort/b", "1");
    put("sort/a", "2");
    put("sort/b", "3");
    GetOption.Builder byMod =
        GetOption.builder().withSortField(SortTarget.MOD).withSortOrder(SortOrder.DESCEND);
    assertThat(keys("sort/", byMod)).containsExactly("sort/b", "sort/a");
    GetOption.Builder byCreate =
        GetOption.builder().withSortField(SortTarget.CREATE).withSortOrder(SortOrder.DESCEND);
    assertThat(keys("sort/", byCreate)).containsExactly("sort/a", "sort/b");
    GetOption.Builder byVersion =
        GetOption.builder().withSortField(SortTarget.VERSION).withSortOrder(SortOrder.ASCEND);
    assertThat(keys("sort/", byVersion)).containsExactly("sort/a", "sort/b");
    GetOption.Builder byValue =
        GetOption.builder().withSortField(SortTarget.VALUE).withSortOrder(SortOrder.DESCEND);
    assertThat(keys("sort/", byValue)).containsExactly("sort/b", "sort/a");
  }

  @Test
  void aRangeLeavesOutWhatIsNotWanted() throws Exception {
    put("out/a", "1");
    put("out/b", "2");
    GetOption.Builder until = GetOption.builder().withRange(bytes("out/b"));
    GetResponse one = done(kv.get(bytes("out/a"), until.withSerializable(false).build()));
    assertThat(one.getKvs()).extracting(KeyValue::getKey).containsExactly(bytes("out/a"));
    GetResponse keys =
        done(kv.get(bytes("out/"), GetOption.builder().isPrefix(true).withKeysOnly(true).build()));
    assertThat(keys.getKvs()).extracting(KeyValue::getValue).containsOnly(ByteSequence.EMPTY);
    GetResponse count =
        done(kv.get(bytes("out/"), GetOption.builder().isPrefix(true).withCountOnly(true).build()));
    assertThat(count.getCount()).isEqualTo(2);
    assertThat(count.getKvs()).isEmpty();
  }

  @Test
  void aDeletionTellsWhatItTook() throws Exception {
    put("gone/a", "1");
    put("gone/b", "2");
    put("gone/c", "3");
    assertThat(done(kv.delete(bytes("gone/c"))).getDeleted()).isEqualTo(1);
    var until = DeleteOption.builder().withRange(bytes("gone/b")).withAutoRetry().build();
    assertThat(done(kv.delete(bytes("gone/a"), until)).getDeleted()).isEqualTo(1);
    var prefix = DeleteOption.builder().isPrefix(true).withPrevKV(true).build();
    assertThat(done(kv.delete(bytes("gone/"), prefix)).getPrevKvs())
        .extracting(KeyValue::getValue)
        .containsExactly(bytes("2"));
    var nothing = DeleteOption.builder().isPrefix(true).build();
    assertThat(done(kv.delete(bytes("gone/"), nothing)).getDeleted()).isZero();
  }

  @Test
  void aTransactionComparesEverythingAndNests() throws Exception {
    long revision = put("txn/a", "5");
    ByteSequence key = bytes("txn/a");
    TxnResponse answer =
        done(
            kv.txn(TxnOption.builder().withAutoRetry().build())
                .If(
                    new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(1)),
                    new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(revision)),
                    new Cmp(key, Cmp.Op.NOT_EQUAL, CmpTarget.modRevision(revision + 1)),
                    new Cmp(key, Cmp.Op.GREATER, CmpTarget.value(bytes("4"))),
                    new Cmp(key, Cmp.Op.LESS, CmpTarget.value(bytes("6"))))
                .Then(
                    Op.put(bytes("txn/b"), bytes("1"), PutOption.DEFAULT),
                    Op.get(key, GetOption.DEFAULT),
                    Op.delete(key, DeleteOption.builder().withPrevKV(true).build()),
                    Op.txn(
                        new Cmp[] {new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(7))},
                        new Op[0],
                        new Op[] {Op.put(bytes("txn/c"), bytes("2"), PutOption.DEFAULT)}))
                .Else(Op.get(key, GetOption.DEFAULT))
                .commit());
    assertThat(answer.isSucceeded()).isTrue();
    assertThat(answer.getPutResponses()).hasSize(1);
    assertThat(answer.getGetResponses().get(0).getKvs().get(0).getValue()).isEqualTo(bytes("5"));
    assertThat(answer.getDeleteResponses().get(0).getPrevKvs().get(0).getValue())
        .isEqualTo(bytes("5"));
    TxnResponse nested = answer.getTxnResponses().get(0);
    assertThat(nested.isSucceeded()).isFalse();
    assertThat(nested.getPutResponses()).hasSize(1);
    List<KeyValue> after =
        done(kv.get(bytes("txn/"), GetOption.builder().isPrefix(true).build())).getKvs();
    assertThat(after).extracting(KeyValue::getKey).containsExactly(bytes("txn/b"), bytes("txn/c"));
    assertThat(after).extracting(KeyValue::getModRevision).containsOnly(revision + 1);
  }

  @Test
  void whatIsCompactedCannotBeRead() throws Exception {
    long first = put("old/a", "1");
    long second = put("old/a", "2");
    long third = put("old/a", "3");
    done(kv.compact(second));
    for (int i = 0; i < 3; i++) {
      try (Client one = Client.builder().endpoints(cluster.clientUrl(i)).build()) {
        assertThatThrownBy(
                () ->
                    done(
                        one.getKVClient()
                            .get(bytes("old/a"), GetOption.builder().withRevision(first).build())))
            .hasStackTraceContaining("required revision has been compacted");
        assertThat(
                done(one.getKVClient()
                        .get(bytes("old/a"), GetOption.builder().withRevision(second).build()))
                    .getKvs())
            .extracting(KeyValue::getValue)
            .containsExactly(bytes("2"));
      }
    }
    done(kv.compact(third, CompactOption.builder().withCompactPhysical(true).build()));
    assertThatThrownBy(() -> done(kv.compact(second)))
        .hasStackTraceContaining("required revision has been compacted");
    assertThatThrownBy(() -> done(kv.compact(third + 1_000)))
        .hasStackTraceContaining("required revision is a future revision");
  }

  @Test
  void aNamespaceHidesWhatLiesOutside() throws Exception {
    put("space/key", "outer");
    try (Client inside =
        Client.builder().endpoints(cluster.clientUrl(0)).namespace(bytes("space/")).build()) {
      assertThat(done(inside.getKVClient().get(bytes("key"))).getKvs())
          .extracting(KeyValue::getKey, KeyValue::getValue)
          .containsExactly(tuple(bytes("key"), bytes("outer")));
      done(inside.getKVClient().put(bytes("other"), bytes("1")));
    }
    assertThat(done(kv.get(bytes("space/other"))).getCount()).isEqualTo(1);
  }
}
