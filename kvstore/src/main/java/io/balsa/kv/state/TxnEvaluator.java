package io.balsa.kv.state;

import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.ResponseOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;

/** Carries out transactions: first the path is chosen and checked, then its operations run in order. One thread. */
final class TxnEvaluator {

  /** What a transaction's operations do. Each sees what the ones before it did. */
  interface Ops {
    RangeResponse range(RangeRequest request);

    PutResponse put(PutRequest request);

    DeleteRangeResponse deleteRange(DeleteRangeRequest request);

    /** The revision of the state with everything done so far. */
    long revision();
  }

  private final Ops ops;

  TxnEvaluator(Ops ops) {
    this.ops = ops;
  }

  /**
   * @param before the state before the transaction
   * @throws io.balsa.kv.model.KvException if it is refused; what it did so far must then be undone
   */
  TxnResponse evaluate(TxnRequest txn, MvccReader before) {
    TxnResponse.Builder response = run(TxnPath.choose(txn, before));
    response.setHeader(ResponseHeader.newBuilder().setRevision(ops.revision()));
    return response.build();
  }

  /** A nested transaction's header is present and empty. */
  private TxnResponse.Builder run(TxnPath path) {
    TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(path.succeeded());
    response.setHeader(ResponseHeader.getDefaultInstance());
    int paths = 0;
    for (RequestOp op : path.ops()) {
      ResponseOp.Builder done = response.addResponsesBuilder();
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> done.setResponseRange(ops.range(op.getRequestRange()));
        case REQUEST_PUT -> done.setResponsePut(ops.put(op.getRequestPut()));
        case REQUEST_DELETE_RANGE ->
            done.setResponseDeleteRange(ops.deleteRange(op.getRequestDeleteRange()));
        case REQUEST_TXN -> done.setResponseTxn(run(path.nested().get(paths++)));
        case REQUEST_NOT_SET -> throw new IllegalStateException("the path was checked");
      }
    }
    return response;
  }
}
