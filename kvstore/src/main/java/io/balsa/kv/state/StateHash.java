package io.balsa.kv.state;

import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.StoreCursor;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of all versions that survive compaction: by key, newest first. Whether a row survives is judged by the
 * revisions alone, never by whether it is still there: members remove history at different speeds. One thread.
 */
final class StateHash {
  private static final byte[] FIRST_KEY = {};
  private static final byte[] AFTER_LAST_KEY = {(byte) 0xff};

  private final OrderedReader rows;
  private final long throughRevision;
  private final long compacted;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer numbers = ByteBuffer.allocate(41);

  private StateHash(OrderedReader rows, long throughRevision, long compacted) {
    this.rows = rows;
    this.throughRevision = throughRevision;
    this.compacted = compacted;
  }

  /**
   * @param revision up to which; 0 for the current one
   * @throws io.balsa.kv.model.KvException for a future or compacted revision
   */
  static HashKv of(Published now, long revision) {
    StateRow state = now.state();
    now.reader().ensureReadable(revision);
    long through = revision <= 0 ? state.revision() : revision;
    int hash = new StateHash(now.pin(), through, state.compacted()).compute();
    return new HashKv(hash, through, state.compacted());
  }

  /** The checksum of every row. */
  static int ofRows(OrderedReader rows) {
    CRC32C crc = new CRC32C();
    try (StoreCursor cursor = rows.cursor(FIRST_KEY, AFTER_LAST_KEY, Direction.UP)) {
      while (cursor.next()) {
        crc.update(cursor.key());
        crc.update(cursor.value());
      }
    }
    return (int) crc.getValue();
  }

  private int compute() {
    Span all = Tables.allIndex();
    byte[] key = new byte[0];
    boolean superseded = false;
    try (StoreCursor cursor = rows.cursor(all.fromKey(), all.toKey(), Direction.UP)) {
      while (cursor.next()) {
        byte[] row = cursor.key();
        if (!Tables.isSameIndexKey(row, key)) {
          key = row;
          superseded = false;
        }
        long revision = Tables.indexRevision(row);
        if (revision <= throughRevision) {
          if (survives(cursor, revision, superseded)) {
            include(row);
          }
          superseded |= revision <= compacted;
        }
      }
    }
    return (int) crc.getValue();
  }

  private boolean survives(StoreCursor cursor, long revision, boolean superseded) {
    return revision >= compacted || (!superseded && !IndexRow.decode(cursor.value()).delete());
  }

  private void include(byte[] row) {
    Place place = new Place(Tables.indexRevision(row), Tables.indexSub(row));
    EventRow event = EventRow.find(rows, place);
    numbers.clear();
    numbers.put((byte) (event.delete() ? 1 : 0)).putLong(place.revision()).putInt(place.sub());
    numbers.putLong(event.create()).putLong(event.version()).putLong(event.lease());
    numbers.putInt(event.key().size());
    crc.update(numbers.flip());
    crc.update(event.key().asReadOnlyByteBuffer());
    crc.update(event.value().asReadOnlyByteBuffer());
  }
}
