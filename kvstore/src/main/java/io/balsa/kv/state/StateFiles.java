package io.balsa.kv.state;

import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.Member;
import io.balsa.kv.state.Tables.Span;
import io.balsa.kv.state.store.OrderedReader;
import io.balsa.kv.state.store.OrderedReader.Direction;
import io.balsa.kv.state.store.RocksSettings;
import io.balsa.kv.state.store.RocksStore;
import io.balsa.kv.state.store.StoreCursor;
import io.balsa.kv.state.store.StorePin;
import io.balsa.kv.state.store.StoreWrites;
import io.balsa.raft.model.EntryId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The state in a directory that no member uses: put there from a snapshot, looked at, made the first state of a new cluster.
 * Stateless; one thread for each directory.
 *
 * <p>Everything throws {@link io.balsa.raft.model.StorageException} if the directory isn't a state's, is damaged, or in use.
 */
public final class StateFiles {
  /** A revision that leaves room for as many again. */
  private static final long REVISION_MAX = Long.MAX_VALUE / 2;

  private StateFiles() {}

  /**
   * What is in a state.
   *
   * @param hash what {@code HashKV} answers at the current revision: equal states have equal hashes
   * @param compacted -1 if it never was
   * @param keys that exist
   * @param rows of all kinds, history included
   */
  public record Summary(
      int hash, long revision, long compacted, long keys, long rows, EntryId applied) {}

  /**
   * Makes a state's directory out of the files of a database.
   *
   * @param filling writes them, durably
   */
  public static void create(Path dir, RocksStore.Filling filling) throws IOException {
    RocksStore.create(dir, filling);
  }

  /** The last entry that is in a state; zero where there is no state yet. */
  public static EntryId applied(Path dir, KvStateConfig config) {
    if (!RocksStore.isIn(dir)) {
      return EntryId.ZERO;
    }
    try (KvStateMachine state = KvStateMachine.open(dir, config.withoutBackgroundCompaction())) {
      return state.lastApplied();
    }
  }

  /** Reads everything: slow. */
  public static Summary summary(Path dir, KvStateConfig config) {
    try (KvStateMachine state = KvStateMachine.open(dir, config.withoutBackgroundCompaction())) {
      int hash = hash(state);
      return state.readRows(
          (rows, row) ->
              new Summary(
                  hash,
                  row.revision(),
                  row.compacted(),
                  count(rows, Tables.allLatest()),
                  count(rows, new Span(new byte[0], new byte[] {(byte) 0xff})),
                  row.applied()));
    }
  }

  private static int hash(KvStateMachine state) {
    try {
      return state.hashKv(0).hash();
    } catch (KvException e) {
      throw new AssertionError("the current revision is neither compacted nor to come", e);
    }
  }

  private static long count(OrderedReader rows, Span span) {
    long count = 0;
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  /**
   * How a new cluster begins with the state of another one.
   *
   * @param applied the entry of the new cluster's log that the state stands for
   * @param members the new cluster's
   * @param bump how much the revision grows, so that it is above all that clients of the old cluster have seen; not negative
   * @param compact whether everything before the new revision counts as compacted, so that watches from there on are told
   */
  public record Beginning(EntryId applied, List<Member> members, long bump, boolean compact) {}

  /**
   * Makes a state the first one of a new cluster: the old one's members and their alarms are gone; keys, leases, users and
   * roles stay.
   *
   * @return the new revision
   * @throws IllegalArgumentException if there is no room for so high a revision
   */
  public static long begin(Path dir, KvStateConfig config, Beginning beginning) {
    RocksSettings settings = config.storeSettings();
    try (RocksStore store = RocksStore.open(dir, settings)) {
      StoreWrites writes = new StoreWrites();
      long revision;
      try (StorePin rows = store.pin()) {
        StateRow old = StateRow.decode(rows.get(Tables.STATE));
        revision = raised(old.revision(), beginning.bump());
        long compacted = beginning.compact() ? revision : old.compacted();
        writes.put(
            Tables.STATE,
            new StateRow(beginning.applied(), revision, compacted, old.hash()).encode());
        deleteAll(rows, Tables.allMembers(), writes);
        deleteAll(rows, Tables.allRemovedMembers(), writes);
        deleteAll(rows, Tables.allAlarms(), writes);
        beginning
            .members()
            .forEach(member -> writes.put(Tables.member(member.getID()), member.toByteArray()));
      }
      store.write(writes);
      store.flush();
      return revision;
    }
  }

  private static long raised(long revision, long bump) {
    if (bump < 0 || bump > REVISION_MAX - revision) {
      throw new IllegalArgumentException(
          "the revision " + revision + " can't be raised by " + bump);
    }
    return revision + bump;
  }

  private static void deleteAll(OrderedReader rows, Span span, StoreWrites writes) {
    try (StoreCursor cursor = rows.cursor(span.fromKey(), span.toKey(), Direction.UP)) {
      while (cursor.next()) {
        writes.delete(cursor.key());
      }
    }
  }
}
