package io.balsa.raft.file.log;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The bodies of records: a type, a group, and what the type says. Strings and bytes are preceded by their size. */
final class RecordBody {
  /** What a record says. */
  enum Type {
    /** A group was opened: its incarnation. */
    OPENED,
    /** One batch: hard state, reset, entries. */
    BATCH,
    /** The log of a group begins after this. */
    COMPACTED,
    /** At a segment's head: what the segments before it say of a group, beside its entries. */
    CARRIED,
    /** The segment's last record: the log goes on in the next one. */
    SEALED;

    private static final Type[] ALL = values();

    static Optional<Type> of(int code) {
      return 0 <= code && code < ALL.length ? Optional.of(ALL[code]) : Optional.empty();
    }
  }

  /** Type and group. */
  static final int GROUP_BYTES = 1 + Long.BYTES;

  private static final int FIXED_BYTES = 64;

  private RecordBody() {}

  // ---- Sizes: at least what the body takes

  static long sizeOf(PersistBatch batch) {
    long bytes = FIXED_BYTES + sizeOf(batch.hardState().orElse(HardState.INITIAL));
    if (batch.resetTo().isPresent()) {
      bytes += sizeOf(batch.resetTo().get());
    }
    for (Entry entry : batch.entries()) {
      bytes += EntryLayout.sizeOf(entry);
    }
    return bytes;
  }

  static long sizeOf(HardState hardState) {
    return FIXED_BYTES + (long) hardState.votedFor().map(NodeId::value).orElse("").length();
  }

  static long sizeOf(SnapshotMeta meta) {
    return FIXED_BYTES + (long) meta.membership().membership().encode().size();
  }

  static long sizeOfCarried(GroupIndex group) {
    return FIXED_BYTES + sizeOf(group.hardState()) + sizeOf(group.base());
  }

  // ---- Writing

  static void begin(ByteBuffer out, Type type, GroupId group) {
    out.put((byte) type.ordinal()).putLong(group.value());
  }

  static void write(ByteBuffer out, HardState hardState) {
    out.putLong(hardState.term());
    Bytes votedFor = Bytes.utf8(hardState.votedFor().map(NodeId::value).orElse(""));
    out.put((byte) votedFor.size());
    votedFor.writeTo(out);
    write(out, hardState.forgotten());
  }

  static void write(ByteBuffer out, SnapshotMeta meta) {
    write(out, meta.last());
    write(out, meta.membership().id());
    Bytes membership = meta.membership().membership().encode();
    out.putInt(membership.size());
    membership.writeTo(out);
  }

  static void write(ByteBuffer out, EntryId id) {
    out.putLong(id.term()).putLong(id.index());
  }

  /** The flags say which parts there are; the entries come last. */
  static void writeBatchHead(ByteBuffer out, PersistBatch batch) {
    begin(out, Type.BATCH, batch.group());
    int flags = (batch.hardState().isPresent() ? 1 : 0) | (batch.resetTo().isPresent() ? 2 : 0);
    out.put((byte) flags);
    batch.hardState().ifPresent(hardState -> write(out, hardState));
    batch.resetTo().ifPresent(meta -> write(out, meta));
    out.putInt(batch.entries().size());
    out.putLong(batch.entries().isEmpty() ? 0 : batch.entries().get(0).index());
  }

  static void writeCarried(ByteBuffer out, GroupIndex group) {
    begin(out, Type.CARRIED, group.group());
    out.putLong(group.incarnation());
    write(out, group.hardState());
    write(out, group.base());
    out.putLong(group.lastIndex());
  }

  // ---- Reading: of bodies that passed their checksum

  static HardState readHardState(ByteBuffer in) {
    long term = in.getLong();
    String votedFor = text(in, in.get());
    return new HardState(
        term, votedFor.isEmpty() ? Optional.empty() : Optional.of(NodeId.of(votedFor)), readId(in));
  }

  static SnapshotMeta readMeta(ByteBuffer in) {
    EntryId last = readId(in);
    EntryId membershipId = readId(in);
    byte[] membership = new byte[in.getInt()];
    in.get(membership);
    return new SnapshotMeta(
        last, new MembershipEntry(membershipId, Membership.decode(Bytes.wrap(membership))));
  }

  private static EntryId readId(ByteBuffer in) {
    return new EntryId(in.getLong(), in.getLong());
  }

  private static String text(ByteBuffer in, int size) {
    byte[] text = new byte[size];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
