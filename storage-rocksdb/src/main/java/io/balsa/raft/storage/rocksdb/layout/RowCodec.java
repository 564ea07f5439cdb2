package io.balsa.raft.storage.rocksdb.layout;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/**
 * The values of all rows but the entries'. Each begins with a checksum (see {@link RowSeal}), here
 * written CRC.
 */
public final class RowCodec {
  /*
   *   number      +-----+----------+
   *               | CRC | number 8 |
   *               +-----+----------+
   *
   *               the version of the format, the incarnation, the term of a term start or membership
   *
   *   hard state  +-----+--------+-----------+-----------+-------------+
   *               | CRC | term 8 | forgotten | forgotten | vote, ASCII |   no vote: nothing
   *               |     |        | term 8    | index 8   |             |   (a node's id is never empty)
   *               +-----+--------+-----------+-----------+-------------+
   *
   *   base        +-----+--------+---------+------------+------------+-----------------+
   *               | CRC | last's | last's  | member-    | member-    | membership,     |
   *               |     | term 8 | index 8 | ship's     | ship's     | as in a log     |
   *               |     |        |         | term 8     | index 8    | entry           |
   *               +-----+--------+---------+------------+------------+-----------------+
   */
  private static final int HARD_STATE_IDS_BYTES = 24;
  private static final int BASE_IDS_BYTES = 32;

  private RowCodec() {}

  public static byte[] encodeNumber(byte[] key, long number) {
    byte[] row = new byte[RowSeal.BYTES + Long.BYTES];
    ByteBuffer.wrap(row).putLong(RowSeal.BYTES, number);
    return RowSeal.seal(key, row);
  }

  /**
   * @throws StorageException if the value isn't whole, or another key's; so do the other decoders
   */
  public static long decodeNumber(byte[] key, byte[] value) {
    return decode(key, value, ByteBuffer::getLong);
  }

  public static byte[] encodeHardState(byte[] key, HardState hardState) {
    byte[] vote =
        hardState
            .votedFor()
            .map(node -> node.value().getBytes(StandardCharsets.US_ASCII))
            .orElse(new byte[0]);
    byte[] row = new byte[RowSeal.BYTES + HARD_STATE_IDS_BYTES + vote.length];
    ByteBuffer out = ByteBuffer.wrap(row).position(RowSeal.BYTES).putLong(hardState.term());
    putId(out, hardState.forgotten());
    out.put(vote);
    return RowSeal.seal(key, row);
  }

  public static HardState decodeHardState(byte[] key, byte[] value) {
    return decode(key, value, RowCodec::hardState);
  }

  public static byte[] encodeBase(byte[] key, SnapshotMeta base) {
    Bytes membership = base.membership().membership().encode();
    byte[] row = new byte[RowSeal.BYTES + BASE_IDS_BYTES + membership.size()];
    ByteBuffer out = ByteBuffer.wrap(row).position(RowSeal.BYTES);
    putId(out, base.last());
    putId(out, base.membership().id());
    membership.writeTo(out);
    return RowSeal.seal(key, row);
  }

  public static SnapshotMeta decodeBase(byte[] key, byte[] value) {
    return decode(key, value, RowCodec::base);
  }

  private static HardState hardState(ByteBuffer in) {
    long term = in.getLong();
    EntryId forgotten = getId(in);
    String vote = StandardCharsets.US_ASCII.decode(in).toString();
    return new HardState(
        term, vote.isEmpty() ? Optional.empty() : Optional.of(NodeId.of(vote)), forgotten);
  }

  private static SnapshotMeta base(ByteBuffer in) {
    EntryId last = getId(in);
    EntryId membershipId = getId(in);
    Membership membership = Membership.decode(Bytes.copyOf(in));
    return new SnapshotMeta(last, new MembershipEntry(membershipId, membership));
  }

  private static void putId(ByteBuffer out, EntryId id) {
    out.putLong(id.term()).putLong(id.index());
  }

  private static EntryId getId(ByteBuffer in) {
    return new EntryId(in.getLong(), in.getLong());
  }

  /**
   * A body whose checksum is right but which can't be decoded was written by a program that we
   * don't know.
   */
  private static <T> T decode(byte[] key, byte[] value, Function<ByteBuffer, T> decoder) {
    ByteBuffer body = RowSeal.unseal(key, value);
    try {
      T decoded = decoder.apply(body);
      if (body.hasRemaining()) {
        throw new IllegalArgumentException(body.remaining() + " bytes too many");
      }
      return decoded;
    } catch (RuntimeException e) {
      throw new DamageException(KeyLayout.describe(key) + " makes no sense: " + e.getMessage(), e);
    }
  }
}
