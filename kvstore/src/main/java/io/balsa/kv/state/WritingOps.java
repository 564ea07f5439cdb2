package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.ResponseHeader;

/** The operations of one command that is being applied. Apply thread only. */
final class WritingOps implements TxnEvaluator.Ops {
  private final MvccWriter writer;

  WritingOps(MvccWriter writer) {
    this.writer = writer;
  }

  PutResponse checkAndPut(PutRequest request, MvccReader before) {
    WriteRule.check(request, before);
    return put(request);
  }

  DeleteRangeResponse checkAndDelete(DeleteRangeRequest request) {
    WriteRule.check(request);
    return deleteRange(request);
  }

  @Override
  public long revision() {
    return writer.revision();
  }

  @Override
  public RangeResponse range(RangeRequest request) {
    return new RangeQuery(request).answer(writer.reader());
  }

  @Override
  public PutResponse put(PutRequest request) {
    ByteString value = request.getValue();
    long lease = request.getLease();
    if (request.getIgnoreValue() || request.getIgnoreLease()) {
      VersionRow prev = writer.reader().latest(request.getKey());
      if (prev == null) {
        // The check found the key, but the same transaction has deleted it since.
        throw KvError.KEY_NOT_FOUND.exception();
      }
      value = request.getIgnoreValue() ? prev.value(writer.reader().rows()) : value;
      lease = request.getIgnoreLease() ? prev.lease() : lease;
    }
    VersionRow prev = writer.put(request.getKey(), value, lease);
    PutResponse.Builder response = PutResponse.newBuilder().setHeader(header());
    if (request.getPrevKv() && prev != null) {
      response.setPrevKv(prev.toKeyValue(request.getKey(), writer.reader().rows()));
    }
    return response.build();
  }

  @Override
  public DeleteRangeResponse deleteRange(DeleteRangeRequest request) {
    DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
    long deleted =
        writer.deleteRange(
            request.getKey(),
            request.getRangeEnd(),
            request.getPrevKv() ? response::addPrevKvs : null);
    return response.setHeader(header()).setDeleted(deleted).build();
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setRevision(writer.revision()).build();
  }
}
