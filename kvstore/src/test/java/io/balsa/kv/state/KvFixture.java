package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.PutResponse;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.state.store.HeapStore;
import io.balsa.raft.model.EntryId;
import java.time.Duration;
import java.util.List;

/** A state on the heap and short words for what tests do with it. */
final class KvFixture implements AutoCloseable {
  static final KvStateConfig CONFIG =
      new KvStateConfig(false, 1000, Duration.ZERO, 1 << 16, 1 << 20);

  final HeapStore store = new HeapStore();
  final KvStateMachine machine = KvStateMachine.on(store, CONFIG);
  long term = 3;

  static ByteString bytes(String latin1) {
    return ByteString.copyFrom(latin1, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  Object apply(KvCommand.Builder command) {
    EntryId id = new EntryId(term, machine.lastApplied().index() + 1);
    return ModelRun.plain(machine.apply(id, CommandCodec.encode(command)));
  }

  KvError refused(KvCommand.Builder command) {
    return (KvError) apply(command);
  }

  static PutRequest.Builder putRequest(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
  }

  PutResponse put(String key, String value) {
    return (PutResponse) apply(KvCommand.newBuilder().setPut(putRequest(key, value)));
  }

  PutResponse put(String key, String value, long lease) {
    return (PutResponse)
        apply(KvCommand.newBuilder().setPut(putRequest(key, value).setLease(lease)));
  }

  DeleteRangeResponse delete(String key) {
    return (DeleteRangeResponse)
        apply(
            KvCommand.newBuilder()
                .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key))));
  }

  TxnResponse txn(RequestOp... success) {
    return (TxnResponse) apply(KvCommand.newBuilder().setTxn(txnRequest(success)));
  }

  static TxnRequest txnRequest(RequestOp... success) {
    return TxnRequest.newBuilder().addAllSuccess(List.of(success)).build();
  }

  boolean holds(Compare.Builder compare) {
    TxnRequest.Builder txn = TxnRequest.newBuilder().addCompare(compare);
    return ((TxnResponse) apply(KvCommand.newBuilder().setTxn(txn))).getSucceeded();
  }

  static RequestOp putOp(String key, String value) {
    return RequestOp.newBuilder().setRequestPut(putRequest(key, value)).build();
  }

  static RequestOp deleteOp(String key, String end) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
        .build();
  }

  static RequestOp rangeOp(String key, long revision) {
    return RequestOp.newBuilder()
        .setRequestRange(RangeRequest.newBuilder().setKey(bytes(key)).setRevision(revision))
        .build();
  }

  static RequestOp txnOp(TxnRequest txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  Object compact(long revision) {
    return apply(
        KvCommand.newBuilder().setCompaction(CompactionRequest.newBuilder().setRevision(revision)));
  }

  void compactWholly(long revision) {
    Object unused = compact(revision);
    while (machine.compactStep()) {
      if (machine.events().compactedRevision() != revision) {
        throw new AssertionError("compacted " + machine.events().compactedRevision());
      }
    }
    // Readers see what was removed only with the next batch that is published, if at all: let them.
    List<KvResult> none =
        machine.applyAll(List.of(), new EntryId(term, machine.lastApplied().index() + 1));
    if (!none.isEmpty()) {
      throw new AssertionError("results without commands: " + none);
    }
  }

  Object grant(long id, long ttl) {
    return apply(
        KvCommand.newBuilder().setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl)));
  }

  long revision() {
    return machine.events().currentRevision();
  }

  RangeResponse range(RangeRequest.Builder request) {
    try (ReadView view = machine.view()) {
      return view.range(request.build());
    }
  }

  /** The key as it was at a revision, 0 for now; the default instance if it didn't live. */
  KeyValue get(String key, long revision) {
    RangeResponse response =
        range(RangeRequest.newBuilder().setKey(bytes(key)).setRevision(revision));
    return response.getKvsCount() == 0 ? KeyValue.getDefaultInstance() : response.getKvs(0);
  }

  String value(String key) {
    return get(key, 0).getValue().toString(java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  /** History in short: "3 put a=1", "4 del a", in order. */
  List<String> history(long from) {
    return machine.events().read(from, KeyRange.ALL, true, 1000, 1 << 20).revisions().stream()
        .flatMap(revision -> revision.events().stream().map(event -> show(revision, event)))
        .toList();
  }

  private static String show(RevisionEvents revision, Event event) {
    String key = event.getKv().getKey().toStringUtf8();
    String prev = event.hasPrevKv() ? " was " + event.getPrevKv().getValue().toStringUtf8() : "";
    return event.getType() == Event.EventType.DELETE
        ? revision.revision() + " del " + key + prev
        : revision.revision()
            + " put "
            + key
            + "="
            + event.getKv().getValue().toStringUtf8()
            + prev;
  }

  @Override
  public void close() {
    machine.close();
  }
}
