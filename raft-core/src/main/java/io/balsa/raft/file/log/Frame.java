package io.balsa.raft.file.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a record lies in a segment.
 *
 * <pre>
 *   0                   4                   8                                       16
 *   +-------------------+-------------------+---------------------------------------+
 *   | body size         | chain             | durable through (offset)              |
 *   +-------------------+-------------------+---------------------------------------+
 *   | checksum          | 0                 | body, padded with zeros to 8 bytes …  |
 *   +-------------------+-------------------+---------------------------------------+
 * </pre>
 *
 * <p>The checksum (CRC-32C) covers the store's id, the segment's number, the record's offset, everything before the checksum,
 * and the padded body: a record is valid in its own place of its own file only, so what is left of a recycled or misdirected block
 * never passes (trap D6). {@code chain} is the checksum of the record before: a record that survived a cut never joins what
 * was written after it. {@code durable through} is how far the segment was flushed when the record was written: a record
 * behind a damaged one proves by it that the damage is in what was acknowledged, and not a torn write (trap D3).
 */
final class Frame {
  static final int HEADER_BYTES = 24;
  private static final int CHECKSUM_AT = 16;

  private Frame() {}

  /** Header and padded body together. */
  static long sizeOf(long bodyBytes) {
    return HEADER_BYTES + align(bodyBytes);
  }

  static long align(long bytes) {
    return (bytes + 7) & -8L;
  }

  /**
   * Completes a frame whose body was written already.
   *
   * @param frameAt where the frame begins in the buffer; the body follows {@link #HEADER_BYTES} later, up to the position
   * @return the checksum, the chain of the next frame
   */
  static int seal(ByteBuffer buffer, int frameAt, Place place, int chain, long durableThrough) {
    int bodyAt = frameAt + HEADER_BYTES;
    int bodyBytes = buffer.position() - bodyAt;
    while (buffer.position() < bodyAt + align(bodyBytes)) {
      buffer.put((byte) 0);
    }
    buffer.putInt(frameAt, bodyBytes);
    buffer.putInt(frameAt + 4, chain);
    buffer.putLong(frameAt + 8, durableThrough);
    int checksum = checksum(buffer, frameAt, bodyBytes, place);
    buffer.putInt(frameAt + CHECKSUM_AT, checksum);
    buffer.putInt(frameAt + CHECKSUM_AT + 4, 0);
    return checksum;
  }

  static int bodyBytes(ByteBuffer buffer, int frameAt) {
    return buffer.getInt(frameAt);
  }

  static int chain(ByteBuffer buffer, int frameAt) {
    return buffer.getInt(frameAt + 4);
  }

  static long durableThrough(ByteBuffer buffer, int frameAt) {
    return buffer.getLong(frameAt + 8);
  }

  static int checksumAt(ByteBuffer buffer, int frameAt) {
    return buffer.getInt(frameAt + CHECKSUM_AT);
  }

  /** Whether header and body, which the buffer holds, are what was written at this place. */
  static boolean isIntact(ByteBuffer buffer, int frameAt, Place place) {
    int bodyBytes = bodyBytes(buffer, frameAt);
    return buffer.getInt(frameAt + CHECKSUM_AT + 4) == 0
        && checksumAt(buffer, frameAt) == checksum(buffer, frameAt, bodyBytes, place);
  }

  private static int checksum(ByteBuffer buffer, int frameAt, int bodyBytes, Place place) {
    CRC32C crc = new CRC32C();
    ByteBuffer where = ByteBuffer.allocate(3 * Long.BYTES);
    crc.update(
        where.putLong(place.storeId()).putLong(place.segment()).putLong(place.offset()).flip());
    crc.update(part(buffer, frameAt, CHECKSUM_AT));
    crc.update(part(buffer, frameAt + HEADER_BYTES, (int) align(bodyBytes)));
    return (int) crc.getValue();
  }

  private static ByteBuffer part(ByteBuffer buffer, int at, int bytes) {
    return buffer.duplicate().limit(at + bytes).position(at);
  }

  /** Where a frame lies: no two are the same, ever. */
  record Place(long storeId, long segment, long offset) {}
}
