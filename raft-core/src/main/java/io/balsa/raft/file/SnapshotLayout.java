package io.balsa.raft.file;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.SnapshotMeta;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a snapshot file. Pure functions; every check that fails throws an
 * {@link IOException} whose message is the end of a sentence that begins with the file's name.
 */
final class SnapshotLayout {
  /*
   * A header, any number of chunks, a trailer, the end of the file. Numbers are big-endian.
   *
   *   header   0         8         12        20        28        32          32+n      36+n
   *            +---------+---------+---------+---------+---------+-----------+---------+
   *            | magic   | version | store's | group   | n       | meta, n B | header  |
   *            | 8       | 4       | id 8    | 8       | 4       |           | CRC 4   |
   *            +---------+---------+---------+---------+---------+-----------+---------+
   *
   *   meta     +-----------+------------+------------+-------------+--------------------+
   *            | last term | last index | its member | its member  | membership, as in  |
   *            | 8         | 8          | ship's     | ship's      | a log entry        |
   *            |           |            | term 8     | index 8     |                    |
   *            +-----------+------------+------------+-------------+--------------------+
   *
   *   chunk    +---------+---------------+---------+
   *            | size 4  | bytes         | CRC 4   |     1 ≤ size ≤ 65536
   *            +---------+---------------+---------+
   *
   *   trailer  +---------+---------------+---------------+---------+
   *            | 0    4  | chunks      8 | bytes       8 | CRC 4   |
   *            +---------+---------------+---------------+---------+
   *
   * Every CRC is CRC32C. The header's covers all that stands before it. A chunk's covers the
   * header's CRC, the number of the chunk (0, 1, 2 …), its size and its bytes; the trailer's
   * likewise, as if it were one chunk more. So a chunk that is damaged, moved, repeated, left out,
   * or from another file is recognised where it stands; and a file that was cut, even between two
   * chunks, lacks the trailer.
   *
   * The trailer also has a known place, so that a cut file is found without reading it whole: the
   * file's size follows from the counts in the trailer.
   */

  /** 2: the header names the store. */
  static final int VERSION = 2;

  static final int CHUNK_BYTES_MAX = 64 * 1024;
  static final int CHUNK_OVERHEAD_BYTES = 8;
  static final int TRAILER_BYTES = 24;

  /** "BALSASNP". */
  private static final long MAGIC = 0x42414c5341534e50L;

  private static final int FIXED_HEADER_BYTES = 32;
  private static final int META_BYTES_MAX = 4 * 1024 * 1024;

  private SnapshotLayout() {}

  /**
   * What stands before the chunks: whose snapshot it is, and what binds the chunks to this file.
   */
  record Header(long storeId, GroupId group, SnapshotMeta meta, int sizeBytes, int crc) {}

  /** What stands after the chunks. */
  record Trailer(long chunks, long bytes) {
    /** How long a file with this trailer is. */
    long fileSize(Header header) {
      return header.sizeBytes() + bytes + chunks * CHUNK_OVERHEAD_BYTES + TRAILER_BYTES;
    }
  }

  static byte[] encodeHeader(long storeId, GroupId group, SnapshotMeta meta) {
    byte[] encodedMeta = encodeMeta(meta);
    ByteBuffer header = ByteBuffer.allocate(FIXED_HEADER_BYTES + encodedMeta.length + 4);
    header.putLong(MAGIC).putInt(VERSION).putLong(storeId).putLong(group.value());
    header.putInt(encodedMeta.length).put(encodedMeta);
    header.putInt(crcOf(header.array(), header.position()));
    return header.array();
  }

  /** Reads a header, and nothing beyond it. */
  static Header readHeader(DataInputStream in) throws IOException {
    ByteBuffer fixed = ByteBuffer.wrap(readExactly(in, FIXED_HEADER_BYTES, "its header"));
    if (fixed.getLong() != MAGIC) {
      throw damaged("is no snapshot, or damaged at offset 0: it doesn't begin with BALSASNP");
    }
    int version = fixed.getInt();
    if (version != VERSION) {
      throw new IOException(
          "has the format version "
              + version
              + ", of "
              + (version < VERSION ? "an older" : "a newer")
              + " program, or is damaged at offset 8; this program reads version "
              + VERSION);
    }
    long storeId = fixed.getLong();
    long group = fixed.getLong();
    int metaBytes = fixed.getInt();
    if (metaBytes < 0 || metaBytes > META_BYTES_MAX) {
      throw damaged("has a damaged header: it claims " + metaBytes + " bytes of metadata");
    }
    byte[] rest = readExactly(in, metaBytes + 4, "its header");
    CRC32C crc = new CRC32C();
    crc.update(fixed.array());
    crc.update(rest, 0, metaBytes);
    int stored = ByteBuffer.wrap(rest).getInt(metaBytes);
    if (stored != (int) crc.getValue()) {
      throw damaged("has a damaged header: its checksum is wrong");
    }
    SnapshotMeta meta = decodeMeta(rest, metaBytes);
    return new Header(storeId, GroupId.of(group), meta, fixed.capacity() + rest.length, stored);
  }

  static int chunkCrc(int headerCrc, long number, byte[] chunk, int size) {
    ByteBuffer place = ByteBuffer.allocate(16).putInt(headerCrc).putLong(number).putInt(size);
    CRC32C crc = new CRC32C();
    crc.update(place.flip());
    crc.update(chunk, 0, size);
    return (int) crc.getValue();
  }

  static byte[] encodeTrailer(int headerCrc, Trailer trailer) {
    ByteBuffer encoded = ByteBuffer.allocate(TRAILER_BYTES);
    encoded.putInt(0).putLong(trailer.chunks()).putLong(trailer.bytes());
    return encoded.putInt(trailerCrc(headerCrc, trailer)).array();
  }

  /** Decodes a trailer without the four zeros that it begins with. */
  static Trailer decodeTrailer(int headerCrc, byte[] encoded) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    Trailer trailer = new Trailer(in.getLong(), in.getLong());
    if (in.getInt() != trailerCrc(headerCrc, trailer)) {
      throw damaged("has no whole trailer: it was cut, or its end is damaged");
    }
    return trailer;
  }

  /** Reads the size that a chunk begins with; 0 begins the trailer. */
  static int sizeIn(DataInputStream in) throws IOException {
    return ByteBuffer.wrap(readExactly(in, 4, "a chunk")).getInt();
  }

  /** Reads {@code size} bytes, which the caller has checked against a limit. */
  static byte[] readExactly(DataInputStream in, int size, String part) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw damaged("ends within " + part);
    }
    return bytes;
  }

  private static int trailerCrc(int headerCrc, Trailer trailer) {
    byte[] counts =
        ByteBuffer.allocate(16).putLong(trailer.chunks()).putLong(trailer.bytes()).array();
    return chunkCrc(headerCrc, trailer.chunks(), counts, counts.length);
  }

  private static int crcOf(byte[] bytes, int size) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, size);
    return (int) crc.getValue();
  }

  private static byte[] encodeMeta(SnapshotMeta meta) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      writeId(out, meta.last());
      writeId(out, meta.membership().id());
      meta.membership().membership().encode().writeTo((OutputStream) out);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError("writing to memory can't fail", e);
    }
  }

  private static SnapshotMeta decodeMeta(byte[] encoded, int size) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded, 0, size));
    try {
      EntryId last = new EntryId(in.readLong(), in.readLong());
      EntryId membershipId = new EntryId(in.readLong(), in.readLong());
      int membershipAt = size - in.available();
      Membership membership = Membership.decode(Bytes.wrap(encoded, membershipAt, in.available()));
      return new SnapshotMeta(last, new MembershipEntry(membershipId, membership));
    } catch (RuntimeException e) {
      throw damaged("has metadata that makes no sense: " + e.getMessage());
    }
  }

  private static void writeId(DataOutputStream out, EntryId id) throws IOException {
    out.writeLong(id.term());
    out.writeLong(id.index());
  }

  /** What isn't a snapshot as it was written. */
  static IOException damaged(String how) {
    return new IOException(how, new DamageException(how));
  }
}
