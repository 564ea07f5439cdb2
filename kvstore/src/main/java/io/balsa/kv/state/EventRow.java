package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.raft.model.Invariant;
import io.balsa.raft.model.InvariantViolation;
import java.nio.ByteBuffer;

/**
 * What was done at one place in history.
 *
 * <pre>
 * +----------+---------------+--------------+------------+-------------+-----------+----------+---------+-----------
 * | kind (1) | prev rev. (8) | prev sub (4) | create (8) | version (8) | lease (8) | size (4) | key ... | value ...
 * +----------+---------------+--------------+------------+-------------+-----------+----------+---------+-----------
 *   0 put, 1 delete            the version that this one ended, 0 if the key didn't live
 * </pre>
 *
 * <p>The link to the version before makes two things cheap: an event's {@code prev_kv} is one read, and removing old
 * history is one walk along the log, which meets every version that a newer one ended.
 */
record EventRow(
    boolean delete,
    Place prev,
    long create,
    long version,
    long lease,
    ByteString key,
    ByteString value) {
  private static final int HEADER_BYTES = 41;

  static EventRow put(ByteString key, Place prev, VersionRow written, ByteString value) {
    return new EventRow(
        false, prev, written.create(), written.version(), written.lease(), key, value);
  }

  static EventRow delete(ByteString key, Place prev) {
    return new EventRow(true, prev, 0, 0, 0, key, ByteString.EMPTY);
  }

  /** The row at a place that another row names: it must be there. */
  static EventRow find(OrderedReader rows, Place place) {
    byte[] row = rows.get(Tables.log(place.revision(), place.sub()));
    if (row == null) {
      throw new InvariantViolation("history lacks " + place + ", which another row names");
    }
    return decode(row);
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + key.size() + value.size());
    out.put((byte) (delete ? 1 : 0)).putLong(prev.revision()).putInt(prev.sub());
    out.putLong(create).putLong(version).putLong(lease).putInt(key.size());
    key.copyTo(out);
    value.copyTo(out);
    return out.array();
  }

  /** Shares the row's array. */
  static EventRow decode(byte[] row) {
    Invariant.check(row.length >= HEADER_BYTES, "an event row of %d bytes", row.length);
    ByteBuffer in = ByteBuffer.wrap(row);
    boolean delete = in.get() == 1;
    Place prev = new Place(in.getLong(), in.getInt());
    long create = in.getLong();
    long version = in.getLong();
    long lease = in.getLong();
    int keySize = in.getInt();
    ByteString key = UnsafeByteOperations.unsafeWrap(row, HEADER_BYTES, keySize);
    int valueAt = HEADER_BYTES + keySize;
    ByteString value = UnsafeByteOperations.unsafeWrap(row, valueAt, row.length - valueAt);
    return new EventRow(delete, prev, create, version, lease, key, value);
  }

  /** The key as of this row, which is a put at that revision. */
  KeyValue toKeyValue(long revision) {
    return new VersionRow(new Place(revision, 0), create, version, lease, null)
        .withoutValue(key)
        .setValue(value)
        .build();
  }

  /** The event without what it replaced. */
  Event.Builder toEvent(long revision) {
    if (delete) {
      KeyValue gone = KeyValue.newBuilder().setKey(key).setModRevision(revision).build();
      return Event.newBuilder().setType(Event.EventType.DELETE).setKv(gone);
    }
    return Event.newBuilder().setType(Event.EventType.PUT).setKv(toKeyValue(revision));
  }
}
