package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The leases, and which keys are attached to which. A lease's keys stand together, so revoking needs no scan. Reads as
 * thread-safe as the rows; writes go through an {@link Overlay}.
 */
final class LeaseTable {
  private LeaseTable() {}

  static @Nullable LeaseRecord find(OrderedReader rows, long id) {
    byte[] row = rows.get(Tables.lease(id));
    return row == null ? null : decode(id, row);
  }

  static boolean exists(OrderedReader rows, long id) {
    return rows.get(Tables.lease(id)) != null;
  }

  static List<LeaseRecord> all(OrderedReader rows) {
    List<LeaseRecord> leases = new ArrayList<>();
    Span span = Tables.allLeases();
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        leases.add(decode(Tables.id(cursor.key()), cursor.value()));
      }
    }
    return leases;
  }

  /** In key order. */
  static List<ByteString> keys(OrderedReader rows, long id) {
    List<ByteString> keys = new ArrayList<>();
    Span span = Tables.attached(id);
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        keys.add(Tables.attachedKey(cursor.key()));
      }
    }
    return keys;
  }

  static void store(Overlay rows, LeaseRecord lease) {
    byte[] row =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(lease.grantedTtlSeconds())
            .putLong(lease.remainingTtlSeconds())
            .array();
    rows.put(Tables.lease(lease.id()), row);
  }

  static void remove(Overlay rows, long id) {
    rows.delete(Tables.lease(id));
  }

  /** Moves a key from one lease to another; 0 is none. */
  static void move(Overlay rows, ByteString key, long fromLease, long toLease) {
    if (fromLease == toLease) {
      return;
    }
    if (fromLease != 0) {
      rows.delete(Tables.attached(fromLease, key));
    }
    if (toLease != 0) {
      rows.put(Tables.attached(toLease, key), Tables.EMPTY_VALUE);
    }
  }

  private static LeaseRecord decode(long id, byte[] row) {
    ByteBuffer in = ByteBuffer.wrap(row);
    return new LeaseRecord(id, in.getLong(), in.getLong());
  }
}
