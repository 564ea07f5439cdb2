package io.balsa.kv.state;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * The branches that a transaction takes, its own and those of the transactions nested in them, chosen and checked on the
 * state before it. Nothing that it writes can turn it onto another path. Immutable.
 *
 * @param succeeded whether all compares hold
 * @param ops the operations of the chosen branch
 * @param nested the paths of those among {@code ops} that are transactions, in order
 */
record TxnPath(boolean succeeded, List<RequestOp> ops, List<TxnPath> nested) {

  /**
   * @throws io.balsa.kv.model.KvException if a compare or an operation on the path is refused: then the transaction has
   *     no effect at all
   */
  static TxnPath choose(TxnRequest txn, MvccReader before) {
    TxnPath path = compare(txn, before);
    path.check(before);
    return path;
  }

  private static TxnPath compare(TxnRequest txn, MvccReader before) {
    boolean succeeded = true;
    for (Compare compare : txn.getCompareList()) {
      if (!CompareRule.holds(compare, before)) {
        succeeded = false;
        break;
      }
    }
    List<RequestOp> ops = succeeded ? txn.getSuccessList() : txn.getFailureList();
    List<TxnPath> nested = new ArrayList<>();
    for (RequestOp op : ops) {
      if (op.hasRequestTxn()) {
        nested.add(compare(op.getRequestTxn(), before));
      }
    }
    return new TxnPath(succeeded, ops, nested);
  }

  private void check(MvccReader before) {
    int paths = 0;
    for (RequestOp op : ops) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> {
          RangeQuery.check(op.getRequestRange());
          before.ensureReadableInTxn(op.getRequestRange().getRevision());
        }
        case REQUEST_PUT -> WriteRule.checkInTxn(op.getRequestPut(), before);
        case REQUEST_DELETE_RANGE -> WriteRule.check(op.getRequestDeleteRange());
        case REQUEST_TXN -> nested.get(paths++).check(before);
        case REQUEST_NOT_SET -> throw KvError.KEY_NOT_FOUND.exception();
      }
    }
  }
}
