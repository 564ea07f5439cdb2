package io.balsa.examples.chaos.client;

import com.google.protobuf.ByteString;
import io.balsa.examples.chaos.model.Compare;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.KvResult;
import io.balsa.examples.chaos.model.Version;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.ResponseOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import java.util.List;
import java.util.Optional;

/** Our requests and answers as messages of the API, and the call between them. Stateless. */
public final class KvWire {
  private KvWire() {}

  /**
   * Makes the call, once.
   *
   * @throws io.grpc.StatusRuntimeException if it fails
   */
  public static KvAnswer call(MemberCalls member, KvRequest request) {
    switch (request.form()) {
      case PUT -> {
        PutResponse answer = member.kv().put(put((KvOp.Put) request.then().get(0)));
        return answer(answer.getHeader().getRevision(), new KvResult.Done());
      }
      case DELETE -> {
        DeleteRangeResponse answer =
            member.kv().deleteRange(delete((KvOp.Delete) request.then().get(0)));
        return answer(answer.getHeader().getRevision(), new KvResult.Deleted(answer.getDeleted()));
      }
      case GET, SERIALIZABLE_GET -> {
        RangeRequest get =
            get((KvOp.Get) request.then().get(0)).toBuilder()
                .setSerializable(request.isSerializable())
                .build();
        RangeResponse answer = member.kv().range(get);
        return answer(answer.getHeader().getRevision(), got(answer));
      }
      case TXN -> {
        TxnResponse answer = member.kv().txn(txn(request));
        List<KvResult> results = answer.getResponsesList().stream().map(KvWire::result).toList();
        return new KvAnswer(answer.getSucceeded(), answer.getHeader().getRevision(), results);
      }
    }
    throw new IllegalArgumentException("no call carries " + request);
  }

  private static KvAnswer answer(long revision, KvResult result) {
    return new KvAnswer(true, revision, List.of(result));
  }

  private static PutRequest put(KvOp.Put op) {
    return PutRequest.newBuilder()
        .setKey(bytes(op.key()))
        .setValue(bytes(op.value()))
        .setLease(op.lease())
        .build();
  }

  private static DeleteRangeRequest delete(KvOp.Delete op) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(op.key())).build();
  }

  private static RangeRequest get(KvOp.Get op) {
    return RangeRequest.newBuilder().setKey(bytes(op.key())).build();
  }

  private static TxnRequest txn(KvRequest request) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    request.compares().forEach(compare -> txn.addCompare(compare(compare)));
    request.then().forEach(op -> txn.addSuccess(op(op)));
    request.otherwise().forEach(op -> txn.addFailure(op(op)));
    return txn.build();
  }

  private static io.balsa.kv.proto.Compare compare(Compare compare) {
    var wire =
        io.balsa.kv.proto.Compare.newBuilder()
            .setKey(bytes(compare.key()))
            .setResult(
                switch (compare.relation()) {
                  case EQUAL -> io.balsa.kv.proto.Compare.CompareResult.EQUAL;
                  case NOT_EQUAL -> io.balsa.kv.proto.Compare.CompareResult.NOT_EQUAL;
                  case LESS -> io.balsa.kv.proto.Compare.CompareResult.LESS;
                  case GREATER -> io.balsa.kv.proto.Compare.CompareResult.GREATER;
                });
    switch (compare.target()) {
      case VALUE ->
          wire.setTarget(io.balsa.kv.proto.Compare.CompareTarget.VALUE)
              .setValue(bytes(compare.text()));
      case MOD ->
          wire.setTarget(io.balsa.kv.proto.Compare.CompareTarget.MOD)
              .setModRevision(compare.number());
      case CREATE ->
          wire.setTarget(io.balsa.kv.proto.Compare.CompareTarget.CREATE)
              .setCreateRevision(compare.number());
      case VERSION ->
          wire.setTarget(io.balsa.kv.proto.Compare.CompareTarget.VERSION)
              .setVersion(compare.number());
    }
    return wire.build();
  }

  private static RequestOp op(KvOp op) {
    RequestOp.Builder wire = RequestOp.newBuilder();
    if (op instanceof KvOp.Put put) {
      wire.setRequestPut(put(put));
    } else if (op instanceof KvOp.Delete delete) {
      wire.setRequestDeleteRange(delete(delete));
    } else if (op instanceof KvOp.Get get) {
      wire.setRequestRange(get(get));
    }
    return wire.build();
  }

  private static KvResult result(ResponseOp wire) {
    return switch (wire.getResponseCase()) {
      case RESPONSE_PUT -> new KvResult.Done();
      case RESPONSE_DELETE_RANGE ->
          new KvResult.Deleted(wire.getResponseDeleteRange().getDeleted());
      case RESPONSE_RANGE -> got(wire.getResponseRange());
      default -> throw new IllegalArgumentException("not an answer to what we ask: " + wire);
    };
  }

  private static KvResult got(RangeResponse answer) {
    return new KvResult.Got(answer.getKvsList().stream().findFirst().map(KvWire::version));
  }

  public static Version version(KeyValue kv) {
    return new Version(
        kv.getValue().toStringUtf8(),
        kv.getCreateRevision(),
        kv.getModRevision(),
        kv.getVersion(),
        kv.getLease());
  }

  public static KvEvent event(Event event) {
    boolean deletes = event.getType() == Event.EventType.DELETE;
    return new KvEvent(
        event.getKv().getModRevision(),
        event.getKv().getKey().toStringUtf8(),
        deletes ? Optional.empty() : Optional.of(version(event.getKv())),
        event.hasPrevKv() ? Optional.of(version(event.getPrevKv())) : Optional.empty());
  }

  public static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
