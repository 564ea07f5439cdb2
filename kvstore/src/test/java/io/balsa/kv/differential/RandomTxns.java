package io.balsa.kv.differential;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.List;

/** Reads and writes by chance, alone and in transactions. One thread. */
final class RandomTxns {
  private static final int OPS_MAX = 128;
  private static final int DEPTH_MAX = 3;

  private final Draw draw;

  RandomTxns(Draw draw) {
    this.draw = draw;
  }

  PutRequest put() {
    PutRequest.Builder put =
        PutRequest.newBuilder()
            .setKey(draw.key())
            .setPrevKv(draw.oneIn(3))
            .setIgnoreValue(draw.oneIn(12))
            .setIgnoreLease(draw.oneIn(12));
    if (!put.getIgnoreValue() || draw.oneIn(5)) {
      put.setValue(draw.value());
    }
    if (draw.oneIn(put.getIgnoreLease() ? 5 : 3)) {
      put.setLease(draw.lease());
    }
    return put.build();
  }

  RangeRequest range() {
    RangeRequest.Builder range = plainRange();
    if (draw.oneIn(40)) {
      range.setSortOrderValue(draw.of(7, -1));
    }
    return range.build();
  }

  /** Without what etcd 3.4 can't cope with in the middle of a transaction. */
  private RangeRequest.Builder plainRange() {
    RangeRequest.Builder range =
        RangeRequest.newBuilder()
            .setKey(draw.key())
            .setRangeEnd(draw.rangeEnd())
            .setRevision(draw.revision())
            .setSerializable(draw.oneIn(4))
            .setKeysOnly(draw.oneIn(6))
            .setCountOnly(draw.oneIn(8));
    if (draw.oneIn(3)) {
      range.setLimit(draw.of(1, 2, 3, 5, -1, Long.MAX_VALUE, Long.MIN_VALUE));
    }
    if (draw.oneIn(3)) {
      range.setSortOrderValue(draw.below(3)).setSortTargetValue(draw.below(5));
    }
    if (draw.oneIn(5)) {
      range.setMinModRevision(draw.revision()).setMaxModRevision(draw.revision());
    }
    if (draw.oneIn(5)) {
      range.setMinCreateRevision(draw.revision()).setMaxCreateRevision(draw.revision());
    }
    return range;
  }

  DeleteRangeRequest deleteRange() {
    return DeleteRangeRequest.newBuilder()
        .setKey(draw.key())
        .setRangeEnd(draw.rangeEnd())
        .setPrevKv(draw.oneIn(2))
        .build();
  }

  /** Puts of two dozen neighbours in one transaction. */
  TxnRequest manyPuts() {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = 0; i < 24; i++) {
      PutRequest.Builder put =
          PutRequest.newBuilder().setKey(Draw.oneOfMany(i)).setValue(draw.value());
      txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
    }
    return txn.build();
  }

  /** Everything, in some order. */
  RangeRequest sortedRange() {
    ByteString all = ByteString.copyFrom(new byte[1]);
    RangeRequest.Builder range = RangeRequest.newBuilder().setKey(all).setRangeEnd(all);
    range.setSortOrderValue(1 + draw.below(2)).setSortTargetValue(draw.below(5));
    return draw.oneIn(3) ? range.setLimit(5 + draw.below(15)).build() : range.build();
  }

  /** Any that doesn't stop etcd 3.4 for good. */
  TxnRequest harmlessTxn() {
    TxnRequest txn = txn(1);
    while (stopsEtcd(txn)) {
      txn = txn(1);
    }
    return txn;
  }

  private TxnRequest txn(int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = count(); i > 0; i--) {
      txn.addCompare(compare());
    }
    boolean readOnly = draw.oneIn(5);
    for (int i = count(); i > 0; i--) {
      txn.addSuccess(op(depth, readOnly));
    }
    for (int i = count(); i > 0; i--) {
      txn.addFailure(op(depth, readOnly));
    }
    return txn.build();
  }

  /** Mostly few, and seldom just as many as there may be, or one more. */
  private int count() {
    return draw.oneIn(150) ? OPS_MAX - 1 + draw.below(3) : draw.below(4);
  }

  private RequestOp op(int depth, boolean readOnly) {
    RequestOp.Builder op = RequestOp.newBuilder();
    int kind = draw.below(40);
    if (kind == 0) {
      return op.build();
    } else if (readOnly || kind < 12) {
      return op.setRequestRange(plainRange()).build();
    } else if (kind < 25) {
      return op.setRequestPut(put()).build();
    } else if (kind < 33 || depth == DEPTH_MAX) {
      return op.setRequestDeleteRange(deleteRange()).build();
    }
    return op.setRequestTxn(txn(depth + 1)).build();
  }

  private Compare compare() {
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(draw.key())
            .setResultValue(draw.oneIn(30) ? draw.of(9, -1) : draw.below(4))
            .setTargetValue(draw.oneIn(30) ? draw.of(9, -1) : draw.below(5));
    if (draw.oneIn(3)) {
      compare.setRangeEnd(draw.rangeEnd());
    }
    // Mostly what is compared with, sometimes another, sometimes nothing.
    int given = draw.oneIn(10) ? draw.below(6) : compare.getTargetValue();
    switch (given) {
      case 0 -> compare.setVersion(draw.of(0, 1, 2, 3, -1));
      case 1 -> compare.setCreateRevision(draw.revision());
      case 2 -> compare.setModRevision(draw.revision());
      case 3 -> compare.setValue(draw.value());
      case 4 -> compare.setLease(draw.oneIn(2) ? 0 : draw.lease());
      default -> {}
    }
    return compare.build();
  }

  /**
   * Deleting everything from a key on, and keeping the value or lease of a key that may lie there: the etcd that applies it
   * finds no key and stops, and so does every other member. What we answer is in {@code HarmlessRequestsTest}.
   */
  private static boolean stopsEtcd(TxnRequest txn) {
    return stopsEtcd(txn.getSuccessList()) || stopsEtcd(txn.getFailureList());
  }

  private static boolean stopsEtcd(List<RequestOp> ops) {
    return keepsSomething(ops) && deletesToTheEnd(ops);
  }

  private static boolean keepsSomething(List<RequestOp> ops) {
    return ops.stream()
        .anyMatch(
            op ->
                op.getRequestPut().getIgnoreValue()
                    || op.getRequestPut().getIgnoreLease()
                    || keepsSomething(op.getRequestTxn().getSuccessList())
                    || keepsSomething(op.getRequestTxn().getFailureList()));
  }

  private static boolean deletesToTheEnd(List<RequestOp> ops) {
    ByteString open = ByteString.copyFrom(new byte[1]);
    return ops.stream()
        .anyMatch(
            op ->
                op.getRequestDeleteRange().getRangeEnd().equals(open)
                    || deletesToTheEnd(op.getRequestTxn().getSuccessList())
                    || deletesToTheEnd(op.getRequestTxn().getFailureList()));
  }
}
