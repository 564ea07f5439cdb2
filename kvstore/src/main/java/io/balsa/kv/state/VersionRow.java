package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.kv.proto.KeyValue;
import io.balsa.raft.model.Invariant;
import java.nio.ByteBuffer;

/**
 * The newest version of a key that lives.
 *
 * <pre>
 * +---------+---------+------------+-------------+-----------+-----------
 * | mod (8) | sub (4) | create (8) | version (8) | lease (8) | value ...
 * +---------+---------+------------+-------------+-----------+-----------
 * </pre>
 *
 * @param place where in history it was written
 * @param create the revision that began this life of the key
 * @param version writes in this life
 */
record VersionRow(Place place, long create, long version, long lease, ByteString value) {
  static final int HEADER_BYTES = 36;

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + value.size());
    out.putLong(place.revision()).putInt(place.sub());
    out.putLong(create).putLong(version).putLong(lease);
    value.copyTo(out);
    return out.array();
  }

  /** Shares the row's array. */
  static VersionRow decode(byte[] row) {
    Invariant.check(row.length >= HEADER_BYTES, "a version row of %d bytes", row.length);
    ByteBuffer in = ByteBuffer.wrap(row);
    Place place = new Place(in.getLong(), in.getInt());
    ByteString value =
        UnsafeByteOperations.unsafeWrap(row, HEADER_BYTES, row.length - HEADER_BYTES);
    return new VersionRow(place, in.getLong(), in.getLong(), in.getLong(), value);
  }

  KeyValue.Builder toKeyValue(ByteString key) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setCreateRevision(create)
        .setModRevision(place.revision())
        .setVersion(version)
        .setLease(lease)
        .setValue(value);
  }
}
