package io.balsa.kv.etcd;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The keys that a branch of a transaction may put and delete, with those of the transactions nested in it. */
final class KeyChanges {
  /*
   * A key changes at most once in a transaction, or its events would have no order. So a key that is put may not be put
   * again in the same branch, nor be deleted there, at whatever depth and in whichever order. The two branches of one
   * nested transaction exclude each other: what one of them does never meets what the other does.
   *
   *   put a,  txn{ then: put b   else: put b },  delete [c, d)      fine
   *   put a,  txn{ then: delete [a, z) }                            refused
   *
   * One order passes, because it does with etcd: what one nested transaction puts, a nested transaction after it may delete.
   * Applying copes with it: the put comes first, in the order of the operations.
   *
   *   txn{ then: put a },  txn{ then: delete a }                    fine
   *   txn{ then: delete a },  txn{ then: put a }                    refused
   *
   * Ranges are kept merged, so that every question is one look into a tree: requests may hold many thousand operations.
   */
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  private final TreeSet<ByteString> puts = new TreeSet<>(ORDER);

  /** First key to end (exclusive). Invariant: no two of them overlap. */
  private final TreeMap<ByteString, ByteString> deletes = new TreeMap<>(ORDER);

  private KeyChanges() {}

  /**
   * @throws io.balsa.kv.model.KvException if a key might change twice
   */
  static KeyChanges of(List<RequestOp> branch) {
    KeyChanges changes = new KeyChanges();
    for (RequestOp op : branch) {
      if (op.hasRequestDeleteRange()) {
        changes.delete(op.getRequestDeleteRange());
      }
    }
    for (RequestOp op : branch) {
      if (op.hasRequestTxn()) {
        changes.nest(op.getRequestTxn());
      }
    }
    for (RequestOp op : branch) {
      if (op.hasRequestPut()) {
        changes.put(op.getRequestPut().getKey());
      }
    }
    return changes;
  }

  private void put(ByteString key) {
    refuseIf(deletes(key) || !puts.add(key));
  }

  private void delete(DeleteRangeRequest request) {
    ByteString from = request.getKey();
    // As in etcd, an end of one zero byte isn't taken for "to the last key" here; applying copes
    // with such a pair.
    ByteString to = request.getRangeEnd().isEmpty() ? from.concat(ZERO) : request.getRangeEnd();
    if (ORDER.compare(from, to) < 0) {
      merge(from, to);
    }
  }

  private void nest(TxnRequest txn) {
    KeyChanges then = of(txn.getSuccessList());
    KeyChanges otherwise = of(txn.getFailureList());
    refuseIf(clashesWith(then) || clashesWith(otherwise));
    add(then);
    add(otherwise);
  }

  /** Whether something that the other puts is put or deleted here. */
  private boolean clashesWith(KeyChanges other) {
    return other.puts.stream().anyMatch(key -> puts.contains(key) || deletes(key));
  }

  private void add(KeyChanges other) {
    puts.addAll(other.puts);
    other.deletes.forEach(this::merge);
  }

  private boolean deletes(ByteString key) {
    Map.Entry<ByteString, ByteString> range = deletes.floorEntry(key);
    return range != null && ORDER.compare(key, range.getValue()) < 0;
  }

  private void merge(ByteString from, ByteString to) {
    ByteString start = from;
    ByteString end = to;
    Map.Entry<ByteString, ByteString> near = deletes.lowerEntry(end);
    while (near != null && ORDER.compare(near.getValue(), start) >= 0) {
      start = ORDER.compare(near.getKey(), start) < 0 ? near.getKey() : start;
      end = ORDER.compare(near.getValue(), end) > 0 ? near.getValue() : end;
      deletes.remove(near.getKey());
      near = deletes.lowerEntry(end);
    }
    deletes.put(start, end);
  }

  private static void refuseIf(boolean changesTwice) {
    if (changesTwice) {
      throw KvError.DUPLICATE_KEY.exception();
    }
  }
}
