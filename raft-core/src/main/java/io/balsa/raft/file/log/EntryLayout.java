package io.balsa.raft.file.log;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How an entry lies inside a batch's record; it has a checksum of its own, because it is read by itself.
 *
 * <pre>
 *   0          8            12             16        17
 *   +----------+------------+--------------+---------+-----------+
 *   | term     | checksum   | payload size | kind    | payload … |
 *   +----------+------------+--------------+---------+-----------+
 * </pre>
 *
 * <p>The checksum (CRC-32C) covers group, index, term, kind and payload: another entry in this one's place doesn't pass.
 */
final class EntryLayout {
  static final int HEADER_BYTES = 17;

  private EntryLayout() {}

  static long sizeOf(Entry entry) {
    return HEADER_BYTES + (long) entry.payload().size();
  }

  static void write(ByteBuffer out, GroupId group, Entry entry) {
    out.putLong(entry.term());
    int checksumAt = out.position();
    out.putInt(0);
    out.putInt(entry.payload().size());
    out.put((byte) entry.kind().code());
    int payloadAt = out.position();
    entry.payload().writeTo(out);
    ByteBuffer payload = out.duplicate().flip().position(payloadAt);
    out.putInt(checksumAt, checksum(group, entry.id(), entry.kind().code(), payload));
  }

  static int payloadBytes(ByteBuffer header, int at) {
    return header.getInt(at + 12);
  }

  static long term(ByteBuffer header, int at) {
    return header.getLong(at);
  }

  /**
   * @param in at an entry of which it holds the whole
   * @throws StorageException if it isn't the entry of this group and index, as written
   */
  static Entry read(ByteBuffer in, GroupId group, long index) {
    long term = in.getLong();
    int checksum = in.getInt();
    byte[] payload = new byte[in.getInt()];
    int kind = in.get();
    in.get(payload);
    if (term < 0
        || checksum(group, new EntryId(term, index), kind, ByteBuffer.wrap(payload)) != checksum) {
      throw new DamageException(group + ": entry " + index + " is damaged");
    }
    return new Entry(new EntryId(term, index), EntryKind.ofCode(kind), Bytes.wrap(payload));
  }

  private static int checksum(GroupId group, EntryId id, int kind, ByteBuffer payload) {
    CRC32C crc = new CRC32C();
    ByteBuffer identity = ByteBuffer.allocate(3 * Long.BYTES + 1);
    identity.putLong(group.value()).putLong(id.index()).putLong(id.term()).put((byte) kind);
    crc.update(identity.flip());
    crc.update(payload);
    return (int) crc.getValue();
  }
}
