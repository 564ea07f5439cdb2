package io.balsa.raft.model;

import java.util.Objects;

/**
 * A log slot.
 *
 * @param payload the command, or the encoded membership; empty for a no-op
 */
public record Entry(EntryId id, EntryKind kind, Bytes payload) {
  /** What an entry costs beside its payload, in memory and in a message; used by all byte limits. */
  public static final int OVERHEAD_BYTES = 32;

  public Entry {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(payload, "payload");
  }

  public static Entry noop(EntryId id) {
    return new Entry(id, EntryKind.NOOP, Bytes.EMPTY);
  }

  public static Entry command(EntryId id, Bytes command) {
    return new Entry(id, EntryKind.COMMAND, command);
  }

  public static Entry membership(EntryId id, Membership membership) {
    return new Entry(id, EntryKind.MEMBERSHIP, membership.encode());
  }

  public long index() {
    return id.index();
  }

  public long term() {
    return id.term();
  }

  /** Payload and overhead, in bytes. */
  public long sizeBytes() {
    return (long) payload.size() + OVERHEAD_BYTES;
  }
}
