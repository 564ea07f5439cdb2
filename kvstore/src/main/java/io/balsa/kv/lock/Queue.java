package io.balsa.kv.lock;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.state.ReadView;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Those who want one name, as keys below it in the order of their create revisions. The first has the name. etcd's layout,
 * to the letter: clients that bring their own recipe, as etcdctl does, queue up with ours.
 *
 * <pre>
 *   name "jobs"        key        create revision
 *                  jobs/694d…a3        17     has it
 *                  jobs/694d…b8        21     waits for the deletion of the one above
 *                  jobs/32695…         22     waits for the deletion of the one above
 * </pre>
 *
 * <p>Immutable; any thread.
 *
 * @param name what is wanted
 */
record Queue(LocalKv kv, ByteString name) {

  /**
   * What getting in line came to.
   *
   * @param created false if the lease had its place already
   * @param value what the key holds
   */
  record Entry(Place place, boolean created, ByteString value, ResponseHeader header) {}

  /**
   * How a place stands.
   *
   * @param exists whether it is still kept
   * @param before the key right before it, if it isn't the first
   * @param revision when this was so
   */
  record Standing(boolean exists, Optional<ByteString> before, long revision) {}

  /** What holds the name, if anything does, and at which revision. */
  record Holder(Optional<KeyValue> holder, long revision) {}

  /** Gets in line, at the end; or finds the place that the lease has. */
  CompletableFuture<Entry> enter(long lease, ByteString value) {
    ByteString key = keyOf(lease);
    TxnRequest create =
        TxnRequest.newBuilder()
            .addCompare(createdAt(key, 0))
            .addSuccess(put(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease)))
            .addFailure(
                RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(key)))
            .build();
    return kv.txn(create).thenApply(done -> entryOf(key, value, done));
  }

  private static Entry entryOf(ByteString key, ByteString value, TxnResponse done) {
    ResponseHeader header = done.getHeader();
    if (done.getSucceeded()) {
      return new Entry(new Place(key, header.getRevision()), true, value, header);
    }
    KeyValue found = done.getResponses(0).getResponseRange().getKvs(0);
    return new Entry(new Place(key, found.getCreateRevision()), false, found.getValue(), header);
  }

  /** Gives the place up, if it is still kept. */
  CompletableFuture<TxnResponse> leave(Place place) {
    return kv.txn(
        TxnRequest.newBuilder()
            .addCompare(createdAt(place.key(), place.createRevision()))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(place.key())))
            .build());
  }

  /**
   * Changes the value of a place; the transaction doesn't succeed if the place isn't kept any more.
   *
   * @param lease 0 to stay with the lease that the key has
   */
  CompletableFuture<TxnResponse> rewrite(Place place, long lease, ByteString value) {
    PutRequest.Builder put = PutRequest.newBuilder().setKey(place.key()).setValue(value);
    return kv.txn(
        TxnRequest.newBuilder()
            .addCompare(createdAt(place.key(), place.createRevision()))
            .addSuccess(put(lease == 0 ? put.setIgnoreLease(true) : put.setLease(lease)))
            .build());
  }

  Standing standingOf(Place place, ReadView view) {
    RangeRequest own = RangeRequest.newBuilder().setKey(place.key()).setKeysOnly(true).build();
    boolean exists =
        view.range(own).getKvsList().stream()
            .anyMatch(kv -> kv.getCreateRevision() == place.createRevision());
    RangeRequest before =
        all()
            .setMaxCreateRevision(place.createRevision() - 1)
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setKeysOnly(true)
            .build();
    return new Standing(
        exists,
        view.range(before).getKvsList().stream().findFirst().map(KeyValue::getKey),
        view.currentRevision());
  }

  Holder holder(ReadView view) {
    RangeRequest first = all().setSortOrder(RangeRequest.SortOrder.ASCEND).build();
    return new Holder(view.range(first).getKvsList().stream().findFirst(), view.currentRevision());
  }

  /** One of all places, by create revision. */
  private RangeRequest.Builder all() {
    return RangeRequest.newBuilder()
        .setKey(prefix())
        .setRangeEnd(prefixEnd())
        .setSortTarget(RangeRequest.SortTarget.CREATE)
        .setLimit(1);
  }

  ByteString prefix() {
    return name.concat(ByteString.copyFromUtf8("/"));
  }

  /** The first key after all that start with the prefix: what follows "/" is "0". */
  ByteString prefixEnd() {
    return name.concat(ByteString.copyFromUtf8("0"));
  }

  /** Hexadecimal, with a sign if the client chose a negative number. */
  private ByteString keyOf(long lease) {
    return prefix().concat(ByteString.copyFromUtf8(Long.toString(lease, 16)));
  }

  private static RequestOp put(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  /** Whether the key was created at this revision; at 0, whether there is none. */
  private static Compare createdAt(ByteString key, long revision) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(Compare.CompareTarget.CREATE)
        .setResult(Compare.CompareResult.EQUAL)
        .setCreateRevision(revision)
        .build();
  }
}
