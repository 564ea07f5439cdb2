package io.balsa.kv.state;

import static io.balsa.kv.state.KvFixture.bytes;
import static io.balsa.kv.state.KvFixture.deleteOp;
import static io.balsa.kv.state.KvFixture.putOp;
import static io.balsa.kv.state.KvFixture.putRequest;
import static io.balsa.kv.state.KvFixture.rangeOp;
import static io.balsa.kv.state.KvFixture.txnOp;
import static io.balsa.kv.state.KvFixture.txnRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.UnknownCommandException;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.Compare.CompareResult;
import io.balsa.kv.proto.Compare.CompareTarget;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Revisions, transactions and compares, one test per sentence of the rules. */
class RevisionRulesTest {
  private final KvFixture kv = new KvFixture();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void anEmptyStoreHasRevisionOneAndTheFirstWriteIsTwo() {
    assertThat(kv.revision()).isEqualTo(1);
    assertThat(kv.put("a", "1").getHeader().getRevision()).isEqualTo(2);
    assertThat(kv.revision()).isEqualTo(2);
  }

  @Test
  void aReadAtAnOldRevisionNamesTheCurrentOne() {
    kv.put("a", "1");
    kv.put("a", "2");
    var response = kv.range(RangeRequest.newBuilder().setKey(bytes("a")).setRevision(2));
    assertThat(response.getHeader().getRevision()).isEqualTo(3);
    assertThat(response.getKvs(0).getValue()).isEqualTo(bytes("1"));
  }

  @Test
  void allChangesOfATransactionShareOneRevisionAndKeepTheirOrder() {
    kv.put("x", "0");
    kv.txn(putOp("b", "1"), deleteOp("x", ""), putOp("a", "2"));
    assertThat(kv.history(3)).containsExactly("3 put b=1", "3 del x was 0", "3 put a=2");
    assertThat(kv.get("a", 0).getModRevision()).isEqualTo(3);
  }

  @Test
  void whatChangesNothingMakesNoRevision() {
    kv.put("a", "1");
    assertThat(kv.delete("nothing").getHeader().getRevision()).isEqualTo(2);
    assertThat(kv.txn(rangeOp("a", 0), deleteOp("no", "")).getHeader().getRevision()).isEqualTo(2);
    kv.grant(7, 60);
    kv.compact(2);
    kv.apply(KvCommand.newBuilder().setPut(putRequest("b", "1").setLease(99)));
    assertThat(kv.revision()).isEqualTo(2);
  }

  @Test
  void aPutOfTheSameValueIsANewVersion() {
    kv.put("a", "1");
    kv.put("a", "1");
    assertThat(kv.get("a", 0).getVersion()).isEqualTo(2);
    assertThat(kv.get("a", 0).getModRevision()).isEqualTo(3);
  }

  @Test
  void aDeleteEndsTheLifeOfAKey() {
    kv.put("a", "1");
    kv.put("a", "2");
    kv.delete("a");
    kv.put("a", "3");
    assertThat(kv.get("a", 0).getVersion()).isEqualTo(1);
    assertThat(kv.get("a", 0).getCreateRevision()).isEqualTo(5);
    assertThat(kv.get("a", 3).getVersion()).isEqualTo(2);
    assertThat(kv.get("a", 4).getVersion()).isZero();
  }

  @Test
  void aDeleteAndAPutOfOneKeyInOneRevisionBothSurvive() {
    kv.put("a", "1");
    kv.txn(deleteOp("a", "\0"), putOp("a", "2"));
    assertThat(kv.get("a", 0).getVersion()).isEqualTo(1);
    assertThat(kv.get("a", 0).getCreateRevision()).isEqualTo(3);
    kv.txn(putOp("b", "1"), deleteOp("b", "\0"));
    assertThat(kv.value("b")).isEmpty();
    assertThat(kv.history(3)).containsExactly("3 del a was 1", "3 put a=2", "4 put b=1", "4 del b");
    assertThat(kv.get("a", 3).getValue()).isEqualTo(bytes("2"));
  }

  @Test
  void nestedAnswersNameTheRevisionThatWillBe() {
    kv.put("a", "1");
    TxnResponse response =
        kv.txn(
            rangeOp("a", 0), putOp("a", "2"), rangeOp("a", 0), txnOp(txnRequest(rangeOp("a", 0))));
    assertThat(response.getHeader().getRevision()).isEqualTo(3);
    assertThat(response.getResponses(0).getResponseRange().getHeader().getRevision()).isEqualTo(2);
    assertThat(response.getResponses(1).getResponsePut().getHeader().getRevision()).isEqualTo(3);
    var readsItsWrites = response.getResponses(2).getResponseRange();
    assertThat(readsItsWrites.getHeader().getRevision()).isEqualTo(3);
    assertThat(readsItsWrites.getKvs(0).getModRevision()).isEqualTo(3);
    assertThat(response.getResponses(3).getResponseTxn().hasHeader()).isTrue();
    assertThat(response.getResponses(3).getResponseTxn().getHeader().getRevision()).isZero();
  }

  @Test
  void aNestedCompareLooksAtTheStateBeforeTheWholeTransaction() {
    TxnRequest ifAbsent =
        TxnRequest.newBuilder()
            .addCompare(compare("a", CompareTarget.VERSION, CompareResult.EQUAL))
            .addSuccess(putOp("seen", "absent"))
            .addFailure(putOp("seen", "present"))
            .build();
    kv.txn(putOp("a", "1"), txnOp(ifAbsent));
    assertThat(kv.value("seen")).isEqualTo("absent");
  }

  @Test
  void aRangeAtTheRevisionBeforeSeesNothingOfItsOwnTransaction() {
    kv.put("a", "1");
    TxnResponse response = kv.txn(putOp("a", "2"), rangeOp("a", 2));
    assertThat(response.getResponses(1).getResponseRange().getKvs(0).getValue())
        .isEqualTo(bytes("1"));
  }

  @Test
  void aTransactionThatFailsACheckHasNoEffect() {
    kv.put("a", "1");
    kv.put("a", "2");
    kv.compact(3);
    RequestOp unknownLease =
        RequestOp.newBuilder().setRequestPut(putRequest("b", "1").setLease(5)).build();
    RequestOp unknownTarget =
        RequestOp.newBuilder()
            .setRequestRange(RangeRequest.newBuilder().setKey(bytes("a")).setSortTargetValue(9))
            .build();
    assertRefused(KvError.LEASE_NOT_FOUND, putOp("a", "3"), unknownLease);
    assertRefused(KvError.INVALID_SORT_OPTION, putOp("a", "3"), unknownTarget);
    assertRefused(KvError.COMPACTED, putOp("a", "3"), rangeOp("a", 2));
    assertRefused(KvError.FUTURE_REVISION, putOp("a", "3"), rangeOp("a", 4));
    assertRefused(KvError.KEY_NOT_FOUND, putOp("a", "3"), RequestOp.getDefaultInstance());
    assertRefused(KvError.EMPTY_KEY, putOp("a", "3"), putOp("", "3"));
    assertThat(kv.revision()).isEqualTo(3);
    assertThat(kv.value("a")).isEqualTo("2");
  }

  private void assertRefused(KvError error, RequestOp... ops) {
    assertThat(kv.refused(KvCommand.newBuilder().setTxn(txnRequest(ops)))).isEqualTo(error);
    assertThat(kv.refused(KvCommand.newBuilder().setTxn(txnRequest(txnOp(txnRequest(ops))))))
        .isEqualTo(error);
  }

  /** Alone, a negative revision means the newest; in a transaction it is compared like any other. */
  @Test
  void inATransactionANegativeRevisionIsOneOfLongAgo() {
    kv.put("a", "1");
    assertThat(kv.txn(rangeOp("a", -1)).getResponses(0).getResponseRange().getCount()).isOne();
    assertRefused(KvError.COMPACTED, rangeOp("a", -2));
    kv.compact(1);
    assertRefused(KvError.COMPACTED, rangeOp("a", -1));
    assertThat(kv.get("a", -1).getValue()).isEqualTo(bytes("1"));
  }

  @Test
  void aPutAsksForItsLeaseFirstAloneAndForItsKeyFirstInATransaction() {
    PutRequest.Builder neither = putRequest("no", "").setIgnoreValue(true).setLease(99);
    assertThat(kv.refused(KvCommand.newBuilder().setPut(neither)))
        .isEqualTo(KvError.LEASE_NOT_FOUND);
    assertRefused(
        KvError.KEY_NOT_FOUND, RequestOp.newBuilder().setRequestPut(neither.build()).build());
  }

  /** As with etcd: what a watcher is told that an event replaced was there before the whole revision. */
  @Test
  void anEventReplacedWhatWasThereBeforeItsWholeRevision() {
    kv.put("old", "1");
    kv.txn(putOp("old", "2"), deleteOp("old", "\0"));
    kv.txn(putOp("new", "3"), deleteOp("new", "\0"));
    List<String> expected =
        List.of("3 put old=2 was 1", "3 del old was 1", "4 put new=3", "4 del new");
    assertThat(kv.history(3)).isEqualTo(expected);
  }

  /** It isn't what one would expect, and etcd's clients may rely on it. */
  @Test
  void aTargetWithoutAnOrderSortsOnlyWhatTheLimitLeft() {
    kv.put("c", "1");
    kv.put("b", "1");
    kv.put("a", "1");
    RangeRequest.Builder two =
        RangeRequest.newBuilder()
            .setKey(bytes("a"))
            .setRangeEnd(bytes("z"))
            .setSortTarget(RangeRequest.SortTarget.CREATE)
            .setLimit(1);
    assertThat(kv.range(two).getKvs(0).getKey()).isEqualTo(bytes("b"));
    assertThat(kv.range(two).getMore()).isTrue();
    assertThat(kv.range(two).getCount()).isEqualTo(3);
    RangeRequest.Builder ordered = two.clone().setSortOrder(RangeRequest.SortOrder.ASCEND);
    assertThat(kv.range(ordered).getKvs(0).getKey()).isEqualTo(bytes("c"));
  }

  @Test
  void aTransactionThatDeletesWhatItMeantToKeepIsUndoneWhole() {
    kv.put("a", "1");
    kv.put("b", "1");
    PutRequest keepValue = PutRequest.newBuilder().setKey(bytes("b")).setIgnoreValue(true).build();
    assertRefused(
        KvError.KEY_NOT_FOUND,
        deleteOp("a", "\0"),
        RequestOp.newBuilder().setRequestPut(keepValue).build());
    assertThat(kv.value("a")).isEqualTo("1");
    assertThat(kv.history(1)).containsExactly("2 put a=1", "3 put b=1");
    assertThat(kv.put("c", "1").getHeader().getRevision()).isEqualTo(4);
  }

  @Test
  void ignoredFieldsKeepWhatTheKeyHas() {
    kv.grant(7, 60);
    kv.put("a", "1", 7);
    kv.apply(KvCommand.newBuilder().setPut(putRequest("a", "").setIgnoreValue(true)));
    assertThat(kv.value("a")).isEqualTo("1");
    assertThat(kv.get("a", 0).getLease()).isZero();
    kv.put("a", "2", 7);
    kv.apply(KvCommand.newBuilder().setPut(putRequest("a", "3").setIgnoreLease(true)));
    assertThat(kv.get("a", 0).getLease()).isEqualTo(7);
    assertThat(kv.refused(KvCommand.newBuilder().setPut(putRequest("a", "x").setIgnoreValue(true))))
        .isEqualTo(KvError.VALUE_PROVIDED);
    assertThat(
            kv.refused(
                KvCommand.newBuilder()
                    .setPut(putRequest("a", "").setIgnoreLease(true).setLease(7))))
        .isEqualTo(KvError.LEASE_PROVIDED);
    assertThat(kv.refused(KvCommand.newBuilder().setPut(putRequest("z", "").setIgnoreValue(true))))
        .isEqualTo(KvError.KEY_NOT_FOUND);
  }

  @Test
  void aKeyThatDoesNotLiveComparesAsZerosButNeverByValue() {
    for (CompareTarget number :
        new CompareTarget[] {
          CompareTarget.VERSION, CompareTarget.CREATE, CompareTarget.MOD, CompareTarget.LEASE
        }) {
      assertThat(kv.holds(compare("no", number, CompareResult.EQUAL))).isTrue();
      assertThat(kv.holds(compare("no", number, CompareResult.GREATER))).isFalse();
    }
    for (CompareResult result : CompareResult.values()) {
      if (result != CompareResult.UNRECOGNIZED) {
        assertThat(kv.holds(compare("no", CompareTarget.VALUE, result))).isFalse();
      }
    }
  }

  @Test
  void aCompareOfARangeMustHoldForEveryKeyInIt() {
    kv.put("a", "1");
    kv.put("b", "1");
    Compare.Builder sameValue =
        compare("a", CompareTarget.VALUE, CompareResult.EQUAL)
            .setRangeEnd(bytes("c"))
            .setValue(bytes("1"));
    assertThat(kv.holds(sameValue)).isTrue();
    kv.put("b", "2");
    assertThat(kv.holds(sameValue)).isFalse();
  }

  @Test
  void aValueForAnotherTargetCountsAsZeroAndAnUnknownResultHolds() {
    kv.put("a", "1");
    assertThat(kv.holds(compare("a", CompareTarget.VERSION, CompareResult.GREATER).setLease(50)))
        .isTrue();
    assertThat(kv.holds(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setResultValue(9)))
        .isTrue();
  }

  private static Compare.Builder compare(String key, CompareTarget target, CompareResult result) {
    return Compare.newBuilder().setKey(bytes(key)).setTarget(target).setResult(result);
  }

  @Test
  void aCommandOfAnUnknownFormatOrBodyStopsTheNode() {
    kv.put("a", "1");
    KvCommand future = KvCommand.newBuilder().setFormat(2).setPut(putRequest("a", "2")).build();
    for (byte[] unknown :
        new byte[][] {
          future.toByteArray(),
          KvCommand.newBuilder().setFormat(CommandCodec.FORMAT).build().toByteArray(),
          {(byte) 0xff, 1, 2},
          {}
        }) {
      EntryId next = new EntryId(kv.term, 2);
      assertThatThrownBy(() -> kv.machine.apply(next, Bytes.wrap(unknown)))
          .isInstanceOf(UnknownCommandException.class);
    }
    assertThat(kv.machine.lastApplied().index()).isEqualTo(1);
    assertThat(kv.value("a")).isEqualTo("1");
  }
}
