package io.balsa.kv.etcd;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.List;

/**
 * What can be said about a request without looking at the store, checked before anything is proposed. Each method throws
 * {@link io.balsa.kv.model.KvException} for the first rule that is broken. Immutable; any thread.
 */
public final class RequestCheck {
  private final int txnOpsMax;

  public RequestCheck(int txnOpsMax) {
    this.txnOpsMax = txnOpsMax;
  }

  public void range(RangeRequest request) {
    requireKey(request.getKey());
    require(
        request.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED
            && request.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED,
        KvError.INVALID_SORT_OPTION);
  }

  public void put(PutRequest request) {
    requireKey(request.getKey());
    require(!request.getIgnoreValue() || request.getValue().isEmpty(), KvError.VALUE_PROVIDED);
    require(!request.getIgnoreLease() || request.getLease() == 0, KvError.LEASE_PROVIDED);
  }

  public void deleteRange(DeleteRangeRequest request) {
    requireKey(request.getKey());
  }

  /** Every operation first, then whether two of them change the same key. */
  public void txn(TxnRequest request) {
    txn(request, txnOpsMax);
    KeyChanges.of(request.getSuccessList());
    KeyChanges.of(request.getFailureList());
  }

  /** A nested transaction may be as long as its parent's limit leaves room for: so the depth is bounded too. */
  private void txn(TxnRequest request, int opsMax) {
    int ops =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    require(ops <= opsMax, KvError.TOO_MANY_OPS);
    for (Compare compare : request.getCompareList()) {
      requireKey(compare.getKey());
    }
    ops(request.getSuccessList(), opsMax - ops);
    ops(request.getFailureList(), opsMax - ops);
  }

  private void ops(List<RequestOp> ops, int nestedOpsMax) {
    for (RequestOp op : ops) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> range(op.getRequestRange());
        case REQUEST_PUT -> put(op.getRequestPut());
        case REQUEST_DELETE_RANGE -> deleteRange(op.getRequestDeleteRange());
        case REQUEST_TXN -> txn(op.getRequestTxn(), nestedOpsMax);
        case REQUEST_NOT_SET -> throw KvError.KEY_NOT_FOUND.exception();
      }
    }
  }

  /** Whether neither branch can change anything: both hold plain ranges only. */
  static boolean isReadOnly(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(RequestOp::hasRequestRange)
        && request.getFailureList().stream().allMatch(RequestOp::hasRequestRange);
  }

  /** Whether a read-only transaction may be answered from a state that is old; so may one without operations. */
  static boolean isSerializable(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(op -> op.getRequestRange().getSerializable())
        && request.getFailureList().stream().allMatch(op -> op.getRequestRange().getSerializable());
  }

  private static void requireKey(ByteString key) {
    require(!key.isEmpty(), KvError.EMPTY_KEY);
  }

  private static void require(boolean condition, KvError otherwise) {
    if (!condition) {
      throw otherwise.exception();
    }
  }
}
