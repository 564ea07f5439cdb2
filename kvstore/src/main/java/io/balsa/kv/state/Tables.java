package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where each kind of row lies in the ordered store. Stateless; any thread. */
final class Tables {
  /*
   * One ordered store holds everything; the first byte of a row's key says what it is.
   *
   *   'K' | key                                    ->  the newest version of a key that lives        (VersionRow)
   *   'L' | revision (8) | sub (4)                 ->  what was done at that place in history        (EventRow)
   *   'I' | key, escaped | ~revision (8) | ~sub(4) ->  the versions of a key, newest first           (IndexRow)
   *   'E' | lease id (8)                           ->  granted TTL (8) | remaining TTL (8)
   *   'A' | lease id (8) | key                     ->  nothing: the key is attached to the lease
   *   'P' | member id (8)                          ->  Member
   *   'Q' | member id (8)                          ->  nothing: the member was removed
   *   'W' | member id (8) | alarm type (4)         ->  who raised it (1)                              (AlarmTable)
   *   'M' | 'd'                                    ->  DowngradeInfo, while a downgrade is enabled
   *   'U' | user name                              ->  UserRow
   *   'R' | role name                              ->  Role
   *   'M' | 'a'                                    ->  AuthSettings
   *   'M' | 's'                                    ->  applied entry, revision, compacted revision   (StateRow)
   *   'M' | 'h'                                    ->  how far history was removed (8)
   *
   * Numbers are big endian, so that unsigned bytes order them; complements (~) order them downwards. A key in the index
   * is followed by more bytes, so it is escaped to keep its order: 00 becomes 00 ff, and 00 00 ends it. Whatever follows
   * an end (00 00) sorts before any longer key that begins the same (00 ff, or a byte above 00).
   */
  private static final byte LATEST = 'K';

  /** Its keys only grow: the store keeps its rows by themselves. */
  static final byte LOG = 'L';

  private static final byte INDEX = 'I';
  private static final byte LEASES = 'E';
  private static final byte ATTACHED = 'A';
  private static final byte MEMBERS = 'P';
  private static final byte REMOVED_MEMBERS = 'Q';
  private static final byte ALARMS = 'W';
  private static final byte USERS = 'U';
  private static final byte ROLES = 'R';

  static final byte[] STATE = {'M', 's'};
  static final byte[] AUTH = {'M', 'a'};
  static final byte[] HISTORY_REMOVED = {'M', 'h'};
  static final byte[] DOWNGRADE = {'M', 'd'};
  static final byte[] EMPTY_VALUE = new byte[0];

  private static final int ID_BYTES = 1 + Long.BYTES;
  private static final int PLACE_BYTES = Long.BYTES + Integer.BYTES;

  private Tables() {}

  /** A stretch of rows: from {@code fromKey} (inclusive) to {@code toKey} (exclusive). */
  record Span(byte[] fromKey, byte[] toKey) {}

  static byte[] latest(ByteString key) {
    byte[] row = new byte[1 + key.size()];
    row[0] = LATEST;
    key.copyTo(row, 1);
    return row;
  }

  /** The rows of the keys in a range, given as the API gives it. */
  static Span latest(ByteString key, ByteString end) {
    byte[] from = latest(key);
    if (end.isEmpty()) {
      return new Span(from, Arrays.copyOf(from, from.length + 1));
    }
    return new Span(from, isOpen(end) ? new byte[] {LATEST + 1} : latest(end));
  }

  /** The rows of all keys that live. */
  static Span allLatest() {
    return table(LATEST);
  }

  /** The part of a {@link #latest} row's key that is the user's key. */
  static int latestKeyOffset() {
    return 1;
  }

  private static boolean isOpen(ByteString end) {
    return end.size() == 1 && end.byteAt(0) == 0;
  }

  static byte[] log(long revision, int sub) {
    return ByteBuffer.allocate(1 + PLACE_BYTES).put(LOG).putLong(revision).putInt(sub).array();
  }

  /** History from one place (inclusive) to the end of {@code throughRevision}. */
  static Span log(long fromRevision, int fromSub, long throughRevision) {
    return new Span(log(fromRevision, fromSub), log(throughRevision + 1, 0));
  }

  static long logRevision(byte[] row) {
    return ByteBuffer.wrap(row).getLong(1);
  }

  static int logSub(byte[] row) {
    return ByteBuffer.wrap(row).getInt(1 + Long.BYTES);
  }

  static byte[] index(ByteString key, long revision, int sub) {
    byte[] escaped = escaped(key, PLACE_BYTES + 2);
    int at = escaped.length - PLACE_BYTES;
    ByteBuffer.wrap(escaped, at, PLACE_BYTES).putLong(~revision).putInt(~sub);
    return escaped;
  }

  /** The index rows of the keys in a range, given as the API gives it. */
  static Span index(ByteString key, ByteString end) {
    if (end.isEmpty()) {
      byte[] from = escaped(key, 2);
      byte[] to = from.clone();
      to[to.length - 1] = 1;
      return new Span(from, to);
    }
    return new Span(escaped(key, 0), isOpen(end) ? new byte[] {INDEX + 1} : escaped(end, 0));
  }

  /** Escapes the key behind the table's byte and leaves room, zeroed, behind it. */
  private static byte[] escaped(ByteString key, int room) {
    int zeros = 0;
    for (int i = 0; i < key.size(); i++) {
      zeros += key.byteAt(i) == 0 ? 1 : 0;
    }
    byte[] row = new byte[1 + key.size() + zeros + room];
    row[0] = INDEX;
    int at = 1;
    for (int i = 0; i < key.size(); i++) {
      row[at++] = key.byteAt(i);
      if (key.byteAt(i) == 0) {
        row[at++] = (byte) 0xff;
      }
    }
    return row;
  }

  /** Where the escaped key of an index row ends: its first part, alike for all versions of a key. */
  static int indexKeyEnd(byte[] row) {
    return row.length - PLACE_BYTES;
  }

  /** Where the versions of a row's key begin that aren't newer than a revision. */
  static byte[] indexFrom(byte[] row, long revision) {
    byte[] from = row.clone();
    ByteBuffer.wrap(from, indexKeyEnd(row), PLACE_BYTES)
        .putLong(~revision)
        .putInt(~Integer.MAX_VALUE);
    return from;
  }

  /** Behind every version of a row's key, and before those of the next. */
  static byte[] afterIndexKey(byte[] row) {
    byte[] after = Arrays.copyOf(row, indexKeyEnd(row));
    after[after.length - 1] = 1;
    return after;
  }

  /** Every index row. */
  static Span allIndex() {
    return table(INDEX);
  }

  /** Whether two index rows are versions of one key. */
  static boolean isSameIndexKey(byte[] row, byte[] other) {
    return row.length == other.length
        && Arrays.equals(row, 0, indexKeyEnd(row), other, 0, indexKeyEnd(other));
  }

  static long indexRevision(byte[] row) {
    return ~ByteBuffer.wrap(row).getLong(indexKeyEnd(row));
  }

  static int indexSub(byte[] row) {
    return ~ByteBuffer.wrap(row).getInt(indexKeyEnd(row) + Long.BYTES);
  }

  /** The user's key of an index row. */
  static ByteString indexKey(byte[] row) {
    byte[] key = new byte[indexKeyEnd(row)];
    int size = 0;
    for (int at = 1; at < indexKeyEnd(row) - 2; at++) {
      key[size++] = row[at];
      if (row[at] == 0) {
        at++;
      }
    }
    return ByteString.copyFrom(key, 0, size);
  }

  static byte[] lease(long id) {
    return withId(LEASES, id);
  }

  static Span allLeases() {
    return table(LEASES);
  }

  static byte[] attached(long leaseId, ByteString key) {
    byte[] row = Arrays.copyOf(withId(ATTACHED, leaseId), ID_BYTES + key.size());
    key.copyTo(row, ID_BYTES);
    return row;
  }

  /** The keys attached to a lease. */
  static Span attached(long leaseId) {
    byte[] from = withId(ATTACHED, leaseId);
    return new Span(
        from, leaseId == -1 ? new byte[] {ATTACHED + 1} : withId(ATTACHED, leaseId + 1));
  }

  static ByteString attachedKey(byte[] row) {
    return ByteString.copyFrom(row, ID_BYTES, row.length - ID_BYTES);
  }

  static byte[] member(long id) {
    return withId(MEMBERS, id);
  }

  static Span allMembers() {
    return table(MEMBERS);
  }

  static byte[] removedMember(long id) {
    return withId(REMOVED_MEMBERS, id);
  }

  static Span allRemovedMembers() {
    return table(REMOVED_MEMBERS);
  }

  static byte[] alarm(long memberId, int type) {
    return ByteBuffer.allocate(ID_BYTES + Integer.BYTES)
        .put(withId(ALARMS, memberId))
        .putInt(type)
        .array();
  }

  static Span allAlarms() {
    return table(ALARMS);
  }

  static int alarmType(byte[] row) {
    return ByteBuffer.wrap(row).getInt(ID_BYTES);
  }

  static byte[] user(String name) {
    return named(USERS, name);
  }

  static Span allUsers() {
    return table(USERS);
  }

  static byte[] role(String name) {
    return named(ROLES, name);
  }

  static Span allRoles() {
    return table(ROLES);
  }

  private static byte[] named(byte table, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + utf8.length).put(table).put(utf8).array();
  }

  static long id(byte[] row) {
    return ByteBuffer.wrap(row).getLong(1);
  }

  private static byte[] withId(byte table, long id) {
    return ByteBuffer.allocate(ID_BYTES).put(table).putLong(id).array();
  }

  private static Span table(byte table) {
    return new Span(new byte[] {table}, new byte[] {(byte) (table + 1)});
  }
}
