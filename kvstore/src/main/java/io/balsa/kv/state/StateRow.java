package io.balsa.kv.state;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far the state has come. Written in the same atomic batch as the changes that it counts, so a crash can't part them.
 *
 * <pre>
 * +------------+----------+-----------+--------------+---------------+----------+
 * | format (4) | term (8) | index (8) | revision (8) | compacted (8) | hash (8) |
 * +------------+----------+-----------+--------------+---------------+----------+
 * </pre>
 *
 * @param applied the last entry that is in the state
 * @param revision of the newest change. Invariant: never goes back, whatever history is removed
 * @param compacted reads before this revision fail; -1 before the first compaction. Invariant: never above {@code revision}
 * @param hash of everything that commands have written, in their order: equal on all members that applied the same ones
 */
record StateRow(EntryId applied, long revision, long compacted, long hash) {
  static final StateRow INITIAL = new StateRow(EntryId.ZERO, 1, -1, 0);

  private static final int FORMAT = 3;
  private static final int BYTES = 44;

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).putInt(FORMAT);
    out.putLong(applied.term()).putLong(applied.index()).putLong(revision).putLong(compacted);
    out.putLong(hash);
    return out.array();
  }

  /**
   * @throws StorageException for a format that this version doesn't know
   */
  static StateRow decode(byte @Nullable [] row) {
    if (row == null) {
      return INITIAL;
    }
    ByteBuffer in = ByteBuffer.wrap(row);
    if (row.length != BYTES || in.getInt() != FORMAT) {
      throw new StorageException("the state has a format that this version doesn't know");
    }
    EntryId applied = new EntryId(in.getLong(), in.getLong());
    return new StateRow(applied, in.getLong(), in.getLong(), in.getLong());
  }

  StateRow withApplied(EntryId entry) {
    return new StateRow(entry, revision, compacted, hash);
  }
}
