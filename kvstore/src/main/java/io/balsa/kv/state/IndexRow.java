package io.balsa.kv.state;

import io.balsa.raft.model.Invariant;
import java.nio.ByteBuffer;

/**
 * One version of a key, without its value, so that counting and listing keys at an old revision read no values.
 *
 * <pre>
 * +----------+------------+-------------+-----------+
 * | kind (1) | create (8) | version (8) | lease (8) |   kind: 0 put, 1 delete
 * +----------+------------+-------------+-----------+
 * </pre>
 */
record IndexRow(boolean delete, long create, long version, long lease) {
  private static final int BYTES = 25;

  static IndexRow of(EventRow event) {
    return new IndexRow(event.delete(), event.create(), event.version(), event.lease());
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).put((byte) (delete ? 1 : 0));
    return out.putLong(create).putLong(version).putLong(lease).array();
  }

  static IndexRow decode(byte[] row) {
    Invariant.check(row.length == BYTES, "an index row of %d bytes", row.length);
    ByteBuffer in = ByteBuffer.wrap(row);
    return new IndexRow(in.get() == 1, in.getLong(), in.getLong(), in.getLong());
  }

  /** The version as it would stand in the latest table, its value being in history only. */
  VersionRow at(Place place) {
    return new VersionRow(place, create, version, lease, null);
  }
}
