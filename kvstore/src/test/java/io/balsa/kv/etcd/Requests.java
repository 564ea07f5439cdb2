package io.balsa.kv.etcd;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.List;

/** Short words for requests in tests. */
final class Requests {

  private Requests() {}

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static RangeRequest get(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  static PutRequest put(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
  }

  static RequestOp getOp(String key) {
    return RequestOp.newBuilder().setRequestRange(get(key)).build();
  }

  static RequestOp putOp(String key) {
    return RequestOp.newBuilder().setRequestPut(put(key, "v")).build();
  }

  static RequestOp deleteOp(String key) {
    return deleteOp(key, "");
  }

  static RequestOp deleteOp(String key, String end) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
        .build();
  }

  static RequestOp txnOp(List<RequestOp> then, List<RequestOp> otherwise) {
    return RequestOp.newBuilder().setRequestTxn(txn(then, otherwise)).build();
  }

  static TxnRequest txn(List<RequestOp> then, List<RequestOp> otherwise) {
    return TxnRequest.newBuilder().addAllSuccess(then).addAllFailure(otherwise).build();
  }

  static Compare exists(String key) {
    return Compare.newBuilder()
        .setKey(bytes(key))
        .setTarget(Compare.CompareTarget.VERSION)
        .setResult(Compare.CompareResult.GREATER)
        .setVersion(0)
        .build();
  }
}
