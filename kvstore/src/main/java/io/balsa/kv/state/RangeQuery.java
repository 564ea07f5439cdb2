package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeRequest.SortOrder;
import io.balsa.kv.proto.RangeRequest.SortTarget;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Answers one range request from one state. Stateless but for the request; one thread. */
final class RangeQuery {
  private static final Comparator<KeyValue> BY_KEY =
      Comparator.comparing(KeyValue::getKey, ByteString.unsignedLexicographicalComparator());

  private final RangeRequest request;
  private final SortOrder order;

  /**
   * @throws io.balsa.kv.model.KvException for a request that no state can answer
   */
  RangeQuery(RangeRequest request) {
    check(request);
    this.request = request;
    boolean sorted = request.getSortOrder() != SortOrder.NONE;
    boolean byKey = request.getSortTarget() == SortTarget.KEY;
    // A target without an order means ascending.
    this.order = sorted || byKey ? request.getSortOrder() : SortOrder.ASCEND;
  }

  /**
   * @throws io.balsa.kv.model.KvException for a request that no state can answer
   */
  static void check(RangeRequest request) {
    if (request.getKey().isEmpty()) {
      throw KvError.EMPTY_KEY.exception();
    }
    if (request.getSortOrder() == SortOrder.UNRECOGNIZED
        || request.getSortTarget() == SortTarget.UNRECOGNIZED) {
      throw KvError.INVALID_SORT_OPTION.exception();
    }
  }

  /**
   * Answers from a state; the header holds the state's revision, whatever revision was read.
   *
   * @throws io.balsa.kv.model.KvException for a future or compacted revision
   */
  RangeResponse answer(MvccReader reader) {
    reader.ensureReadable(request.getRevision());
    RangeResponse.Builder response = RangeResponse.newBuilder();
    response.getHeaderBuilder().setRevision(reader.revision());
    if (isInWalkingOrder(reader)) {
      walk(reader, response);
    } else {
      gather(reader, response);
    }
    return response.build();
  }

  /**
   * Reads the beginning of a range in key order.
   *
   * @throws io.balsa.kv.model.KvException for a future or compacted revision
   */
  static RangePage page(RangeRequest request, MvccReader reader, long keysMax, long bytesMax) {
    check(request);
    reader.ensureReadable(request.getRevision());
    List<KeyValue> kvs = new ArrayList<>();
    long bytes = 0;
    try (VersionCursor cursor =
        reader.at(request.getRevision(), request.getKey(), request.getRangeEnd())) {
      while (cursor.next()) {
        if (kvs.size() >= keysMax || bytes >= bytesMax) {
          return new RangePage(kvs, true);
        }
        KeyValue kv = request.getKeysOnly() ? cursor.readWithoutValue() : cursor.read();
        kvs.add(kv);
        bytes += kv.getSerializedSize();
      }
    }
    return new RangePage(kvs, false);
  }

  /** Whether the store can be walked in the order that is asked for, nothing being filtered. */
  private boolean isInWalkingOrder(MvccReader reader) {
    if (request.getCountOnly()) {
      return true;
    }
    boolean down = order == SortOrder.DESCEND;
    return request.getSortTarget() == SortTarget.KEY
        && !isFiltered()
        && (!down || reader.isLatest(request.getRevision()));
  }

  /** Reads up to the limit, then only counts. */
  private void walk(MvccReader reader, RangeResponse.Builder response) {
    long take = request.getCountOnly() ? 0 : limit();
    long count = 0;
    try (VersionCursor cursor = walkingCursor(reader)) {
      while (cursor.next()) {
        if (count < take) {
          response.addKvs(request.getKeysOnly() ? cursor.readWithoutValue() : cursor.read());
        }
        count++;
      }
    }
    response.setCount(count).setMore(!request.getCountOnly() && count > take);
  }

  private VersionCursor walkingCursor(MvccReader reader) {
    if (order == SortOrder.DESCEND && !request.getCountOnly()) {
      return reader.latest(request.getKey(), request.getRangeEnd(), Direction.DOWN);
    }
    return reader.at(request.getRevision(), request.getKey(), request.getRangeEnd());
  }

  private long limit() {
    return request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
  }

  /**
   * Reads everything, filters, sorts, then cuts. With a target but neither an order nor a filter it is etcd's way to take one
   * more than the limit in key order first, and to sort only those.
   */
  private void gather(MvccReader reader, RangeResponse.Builder response) {
    boolean valueSorted = request.getSortTarget() == SortTarget.VALUE;
    boolean withValues = !request.getKeysOnly() || valueSorted;
    boolean cutFirst = request.getSortOrder() == SortOrder.NONE && !isFiltered();
    List<KeyValue> found = new ArrayList<>();
    long count = 0;
    try (VersionCursor cursor =
        reader.at(request.getRevision(), request.getKey(), request.getRangeEnd())) {
      while (cursor.next()) {
        count++;
        if (cutFirst && found.size() > limit()) {
          continue;
        }
        KeyValue kv = withValues ? cursor.read() : cursor.readWithoutValue();
        if (passes(kv)) {
          found.add(kv);
        }
      }
    }
    found.sort(comparator());
    int taken = (int) Math.min(limit(), found.size());
    for (KeyValue kv : found.subList(0, taken)) {
      response.addKvs(request.getKeysOnly() ? kv.toBuilder().clearValue().build() : kv);
    }
    response.setCount(count).setMore(taken < found.size());
  }

  private boolean isFiltered() {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  private boolean passes(KeyValue kv) {
    return isWithin(kv.getModRevision(), request.getMinModRevision(), request.getMaxModRevision())
        && isWithin(
            kv.getCreateRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
  }

  /** Bounds are inclusive; 0 is none. */
  private static boolean isWithin(long revision, long min, long max) {
    return (min == 0 || revision >= min) && (max == 0 || revision <= max);
  }

  /** The order asked for; ties are broken by key, upwards, so that every member answers alike. */
  private Comparator<KeyValue> comparator() {
    Comparator<KeyValue> byTarget =
        switch (request.getSortTarget()) {
          case KEY, UNRECOGNIZED -> BY_KEY;
          case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
          case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
          case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
          case VALUE ->
              Comparator.comparing(
                  KeyValue::getValue, ByteString.unsignedLexicographicalComparator());
        };
    boolean down = order == SortOrder.DESCEND;
    return (down ? byTarget.reversed() : byTarget).thenComparing(BY_KEY);
  }
}
