package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.raft.model.Invariant;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The newest version of a key that lives, with its value if that is small.
 *
 * <pre>
 * +---------+---------+------------+-------------+-----------+-----------+-----------
 * | mod (8) | sub (4) | create (8) | version (8) | lease (8) | value (1) | value ...
 * +---------+---------+------------+-------------+-----------+-----------+-----------
 *                                                 0 here, 1 in history only
 * </pre>
 *
 * <p>History holds every value once already, in rows that are never rewritten, and keeps that of a living key. These rows are
 * rewritten again and again, in the order of their keys: so a value is repeated here only where it costs less than to look it
 * up.
 *
 * @param place where in history it was written
 * @param create the revision that began this life of the key
 * @param version writes in this life
 * @param smallValue the value; null if it is in history only
 */
record VersionRow(
    Place place, long create, long version, long lease, @Nullable ByteString smallValue) {
  /** How much of a row says everything but the value. */
  static final int HEADER_BYTES = 37;

  /** Must not change for a cluster: members compare what they write. */
  static final int SMALL_VALUE_BYTES_MAX = 256;

  private static final byte HERE = 0;
  private static final byte IN_HISTORY = 1;

  /** A version that is about to be written, in history as well. */
  static VersionRow of(Place place, long create, long version, long lease, ByteString value) {
    boolean small = value.size() <= SMALL_VALUE_BYTES_MAX;
    return new VersionRow(place, create, version, lease, small ? value : null);
  }

  byte[] encode() {
    int valueBytes = smallValue == null ? 0 : smallValue.size();
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + valueBytes);
    out.putLong(place.revision()).putInt(place.sub());
    out.putLong(create).putLong(version).putLong(lease);
    out.put(smallValue == null ? IN_HISTORY : HERE);
    if (smallValue != null) {
      smallValue.copyTo(out);
    }
    return out.array();
  }

  /** Shares the row's array. */
  static VersionRow decode(byte[] row) {
    Invariant.check(row.length >= HEADER_BYTES, "a version row of %d bytes", row.length);
    ByteBuffer in = ByteBuffer.wrap(row);
    Place place = new Place(in.getLong(), in.getInt());
    long create = in.getLong();
    long version = in.getLong();
    long lease = in.getLong();
    ByteString smallValue =
        in.get() == IN_HISTORY
            ? null
            : UnsafeByteOperations.unsafeWrap(row, HEADER_BYTES, row.length - HEADER_BYTES);
    return new VersionRow(place, create, version, lease, smallValue);
  }

  /**
   * The value.
   *
   * @param rows those that this one is of, with history
   */
  ByteString value(OrderedReader rows) {
    return smallValue != null ? smallValue : EventRow.find(rows, place).value();
  }

  /** The key as of this version, without its value. */
  KeyValue.Builder withoutValue(ByteString key) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setCreateRevision(create)
        .setModRevision(place.revision())
        .setVersion(version)
        .setLease(lease);
  }

  /**
   * The key as of this version, whole.
   *
   * @param rows those that this one is of, with history
   */
  KeyValue toKeyValue(ByteString key, OrderedReader rows) {
    return withoutValue(key).setValue(value(rows)).build();
  }
}
