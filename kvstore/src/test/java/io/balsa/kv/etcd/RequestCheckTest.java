package io.balsa.kv.etcd;

import static io.balsa.kv.etcd.Requests.deleteOp;
import static io.balsa.kv.etcd.Requests.exists;
import static io.balsa.kv.etcd.Requests.get;
import static io.balsa.kv.etcd.Requests.getOp;
import static io.balsa.kv.etcd.Requests.put;
import static io.balsa.kv.etcd.Requests.putOp;
import static io.balsa.kv.etcd.Requests.txn;
import static io.balsa.kv.etcd.Requests.txnOp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class RequestCheckTest {
  private final RequestCheck check = new RequestCheck(128);

  @Test
  void everyRequestNeedsAKey() {
    refused(KvError.EMPTY_KEY, () -> check.range(get("")));
    refused(KvError.EMPTY_KEY, () -> check.put(put("", "v")));
    refused(KvError.EMPTY_KEY, () -> check.deleteRange(DeleteRangeRequest.getDefaultInstance()));
    refused(KvError.EMPTY_KEY, () -> check.txn(txn(List.of(getOp("")), List.of())));
    refused(KvError.EMPTY_KEY, () -> check.txn(txn(List.of(), List.of(putOp("")))));
    refused(
        KvError.EMPTY_KEY,
        () -> check.txn(TxnRequest.newBuilder().addCompare(Compare.newBuilder()).build()));
    refused(
        KvError.EMPTY_KEY,
        () -> check.txn(txn(List.of(txnOp(List.of(), List.of(deleteOp("")))), List.of())));
    accepted(() -> check.range(get("\0")));
  }

  @Test
  void sortOrderAndTargetMustBeKnown() {
    refused(
        KvError.INVALID_SORT_OPTION,
        () -> check.range(get("k").toBuilder().setSortOrderValue(3).build()));
    refused(
        KvError.INVALID_SORT_OPTION,
        () -> check.range(get("k").toBuilder().setSortTargetValue(5).build()));
    accepted(
        () ->
            check.range(
                get("k").toBuilder()
                    .setSortOrder(RangeRequest.SortOrder.DESCEND)
                    .setSortTarget(RangeRequest.SortTarget.VALUE)
                    .build()));
  }

  @Test
  void whatIsIgnoredMayNotBeGiven() {
    refused(
        KvError.VALUE_PROVIDED,
        () -> check.put(put("k", "v").toBuilder().setIgnoreValue(true).build()));
    refused(
        KvError.LEASE_PROVIDED,
        () -> check.put(put("k", "v").toBuilder().setIgnoreLease(true).setLease(7).build()));
    accepted(
        () ->
            check.put(put("k", "").toBuilder().setIgnoreValue(true).setIgnoreLease(true).build()));
  }

  @Test
  void anOperationWithoutContentIsNotFound() {
    RequestOp nothing = RequestOp.getDefaultInstance();
    refused(KvError.KEY_NOT_FOUND, () -> check.txn(txn(List.of(nothing), List.of())));
  }

  @Test
  void aTxnMayHoldAsManyOperationsAsTheLimitInItsLongestList() {
    accepted(() -> check.txn(txn(gets(127), gets(127))));
    accepted(() -> check.txn(txn(gets(128), gets(128))));
    refused(KvError.TOO_MANY_OPS, () -> check.txn(txn(gets(129), List.of())));
    refused(KvError.TOO_MANY_OPS, () -> check.txn(txn(List.of(), gets(129))));
    accepted(() -> check.txn(compares(128)));
    refused(KvError.TOO_MANY_OPS, () -> check.txn(compares(129)));
  }

  @Test
  void aNestedTxnMayHoldWhatItsParentLeaves() {
    accepted(() -> check.txn(txn(List.of(txnOp(gets(126), List.of())), List.of())));
    accepted(() -> check.txn(txn(List.of(txnOp(gets(127), List.of())), List.of())));
    refused(
        KvError.TOO_MANY_OPS,
        () -> check.txn(txn(List.of(txnOp(gets(128), List.of())), List.of())));
    // Each nested one has the whole rest for itself.
    RequestOp large = txnOp(gets(126), List.of());
    accepted(() -> check.txn(txn(List.of(large, large), List.of())));
  }

  @Test
  void theDepthIsBoundedByTheLimitToo() {
    accepted(() -> check.txn(nested(128)));
    refused(KvError.TOO_MANY_OPS, () -> check.txn(nested(129)));
  }

  @Test
  void operationsAreJudgedBeforeTheirOverlap() {
    refused(
        KvError.EMPTY_KEY,
        () -> check.txn(txn(List.of(putOp("a"), putOp("a"), putOp("")), List.of())));
  }

  @Test
  void aTxnOfPlainRangesIsReadOnly() {
    assertThat(RequestCheck.isReadOnly(txn(gets(2), gets(1)))).isTrue();
    assertThat(RequestCheck.isReadOnly(txn(List.of(), List.of()))).isTrue();
    assertThat(RequestCheck.isReadOnly(txn(gets(1), List.of(putOp("a"))))).isFalse();
    assertThat(RequestCheck.isReadOnly(txn(List.of(txnOp(gets(1), List.of())), List.of())))
        .isFalse();
  }

  @Test
  void aReadOnlyTxnIsSerializableWhenAllOfItIs() {
    RequestOp stale =
        RequestOp.newBuilder().setRequestRange(get("a").toBuilder().setSerializable(true)).build();
    assertThat(RequestCheck.isSerializable(txn(List.of(stale), List.of(stale)))).isTrue();
    assertThat(RequestCheck.isSerializable(txn(List.of(stale), List.of(getOp("a"))))).isFalse();
    assertThat(RequestCheck.isSerializable(txn(List.of(), List.of()))).isTrue();
  }

  private static List<RequestOp> gets(int count) {
    return Collections.nCopies(count, getOp("k"));
  }

  private static TxnRequest compares(int count) {
    return TxnRequest.newBuilder().addAllCompare(Collections.nCopies(count, exists("k"))).build();
  }

  private static TxnRequest nested(int depth) {
    RequestOp innermost = getOp("k");
    return txn(
        List.of(
            IntStream.range(1, depth)
                .boxed()
                .reduce(
                    innermost,
                    (op, level) -> txnOp(List.of(op), List.of()),
                    (left, right) -> right)),
        List.of());
  }

  private static void refused(KvError error, ThrowingCallable request) {
    assertThatThrownBy(request)
        .isInstanceOfSatisfying(KvException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private static void accepted(ThrowingCallable request) {
    assertThatCode(request).doesNotThrowAnyException();
  }
}
