package io.balsa.raft.storage.rocksdb.layout;

import io.balsa.raft.model.GroupId;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The keys of all rows. They sort by group, then by kind, then by index, so that each group's log
 * is one run of keys.
 */
public final class KeyLayout {
  /*
   *   0               8       9               17
   *   +---------------+-------+---------------+
   *   | group       8 | kind 1| index       8 |      big-endian, so that bytes sort as numbers do
   *   +---------------+-------+---------------+
   *
   *   kind                  index              value (behind its checksum, see RowSeal)
   *   1  incarnation        0                  how often the group was opened
   *   2  hard state         0                  term and vote; absent while both are initial
   *   3  base               0                  where the log begins; absent for a log that begins with entry 1
   *   4  term start         of the entry       the term; the first entry after the base of each term has one
   *   5  membership         of the entry       the term; each membership entry after the base has one
   *   6  entry              of the entry       term, kind, payload (see EntryCodec)
   *
   *   The one row of the whole store has the group −1, which no group has, and sorts last:
   *   0  format             0                  the version of this layout
   *
   * The numbers of the kinds are for ever.
   */

  /** What a row holds. */
  public enum Kind {
    FORMAT(0),
    INCARNATION(1),
    HARD_STATE(2),
    BASE(3),
    TERM_START(4),
    MEMBERSHIP(5),
    ENTRY(6);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  private static final int INDEX_AT = 9;
  private static final int KEY_BYTES = 17;
  private static final long WHOLE_STORE = -1;

  private KeyLayout() {}

  /** The key of the one row of this kind that a group has. */
  public static byte[] key(GroupId group, Kind kind) {
    return key(group, kind, 0);
  }

  public static byte[] key(GroupId group, Kind kind, long index) {
    return key(group.value(), kind, index);
  }

  /** The key of the row that names the version of the layout. */
  public static byte[] formatKey() {
    return key(WHOLE_STORE, Kind.FORMAT, 0);
  }

  /** The number of the group that a key belongs to; negative for the store's own row. */
  public static long groupOf(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException(describe(key));
    }
    return ByteBuffer.wrap(key).getLong();
  }

  /** Sorts behind every row of the group, and before those of the next. */
  public static byte[] behind(GroupId group) {
    return ByteBuffer.allocate(KEY_BYTES).putLong(group.value()).put((byte) 0x7f).array();
  }

  /** Whether a key that was found while seeking is of the group and kind that were sought. */
  public static boolean belongs(byte[] key, GroupId group, Kind kind) {
    return key.length == KEY_BYTES
        && ByteBuffer.wrap(key).getLong() == group.value()
        && key[8] == kind.code;
  }

  /** The index in a key that {@link #belongs}. */
  public static long indexOf(byte[] key) {
    return ByteBuffer.wrap(key).getLong(INDEX_AT);
  }

  /** For messages. */
  static String describe(byte[] key) {
    ByteBuffer in = ByteBuffer.wrap(key);
    if (key.length != KEY_BYTES) {
      return "a row with a key of " + key.length + " bytes";
    }
    long group = in.getLong();
    byte code = in.get();
    for (Kind kind : Kind.values()) {
      if (kind.code == code) {
        String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return group == WHOLE_STORE
            ? "the store's " + name
            : "the " + name + " of g" + group + " at index " + in.getLong();
      }
    }
    return "a row of the unknown kind " + code;
  }

  private static byte[] key(long group, Kind kind, long index) {
    return ByteBuffer.allocate(KEY_BYTES).putLong(group).put(kind.code).putLong(index).array();
  }
}
