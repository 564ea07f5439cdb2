package io.balsa.examples.bench.kv;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A call to be made. Its answer is thrown away unread, and only its size stays. Immutable.
 *
 * @param <Q> the message
 */
record Request<Q>(MethodDescriptor<Q, Integer> method, Q message) {
  private static final MethodDescriptor<PutRequest, Integer> PUT = sized(KVGrpc.getPutMethod());
  private static final MethodDescriptor<RangeRequest, Integer> RANGE =
      sized(KVGrpc.getRangeMethod());
  private static final MethodDescriptor<DeleteRangeRequest, Integer> DELETE =
      sized(KVGrpc.getDeleteRangeMethod());
  private static final MethodDescriptor<TxnRequest, Integer> TXN = sized(KVGrpc.getTxnMethod());
  private static final MethodDescriptor<LeaseGrantRequest, Integer> GRANT =
      sized(LeaseGrpc.getLeaseGrantMethod());

  static Request<PutRequest> put(ByteString key, ByteString value) {
    return new Request<>(PUT, PutRequest.newBuilder().setKey(key).setValue(value).build());
  }

  static Request<RangeRequest> range(ByteString key, boolean serializable) {
    return new Request<>(
        RANGE, RangeRequest.newBuilder().setKey(key).setSerializable(serializable).build());
  }

  /** All keys from the one (inclusive) to the other (exclusive). */
  static Request<RangeRequest> range(ByteString from, ByteString to, long limit) {
    return new Request<>(
        RANGE, RangeRequest.newBuilder().setKey(from).setRangeEnd(to).setLimit(limit).build());
  }

  static Request<DeleteRangeRequest> delete(ByteString key) {
    return new Request<>(DELETE, DeleteRangeRequest.newBuilder().setKey(key).build());
  }

  /** Puts the value if the key's version is above -1, which it is: compared and written in every case. */
  static Request<TxnRequest> compareAndPut(ByteString key, ByteString value) {
    Compare always =
        Compare.newBuilder()
            .setKey(key)
            .setTarget(Compare.CompareTarget.VERSION)
            .setResult(Compare.CompareResult.GREATER)
            .setVersion(-1)
            .build();
    PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
    return new Request<>(
        TXN,
        TxnRequest.newBuilder()
            .addCompare(always)
            .addSuccess(RequestOp.newBuilder().setRequestPut(put))
            .build());
  }

  static Request<TxnRequest> txn(TxnRequest txn) {
    return new Request<>(TXN, txn);
  }

  static Request<LeaseGrantRequest> grant(long seconds) {
    return new Request<>(GRANT, LeaseGrantRequest.newBuilder().setTTL(seconds).build());
  }

  private static <Q, A> MethodDescriptor<Q, Integer> sized(MethodDescriptor<Q, A> method) {
    return method.toBuilder(method.getRequestMarshaller(), new SizeOnly()).build();
  }

  /** Looks at an answer's length only. */
  private static final class SizeOnly implements MethodDescriptor.Marshaller<Integer> {
    @Override
    public InputStream stream(Integer value) {
      throw new UnsupportedOperationException("only answers have no content here");
    }

    @Override
    public Integer parse(InputStream stream) {
      try {
        int size = stream instanceof KnownLength ? stream.available() : 0;
        stream.skipNBytes(size);
        return size;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
