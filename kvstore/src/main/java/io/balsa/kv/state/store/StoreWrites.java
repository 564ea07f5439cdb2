package io.balsa.kv.state.store;

import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows to put and to delete in one atomic write; the last word on a key counts. One thread. */
public final class StoreWrites {
  /** Stands for the absence of a row; known by identity. */
  private static final byte[] DELETED = new byte[0];

  private final NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);

  public void put(byte[] key, byte[] value) {
    rows.put(key, value);
  }

  public void delete(byte[] key) {
    rows.put(key, DELETED);
  }

  /** What this write says about the key: a value, a deletion (see {@link #isDeletion}), or null for nothing. */
  public byte @Nullable [] verdict(byte[] key) {
    return rows.get(key);
  }

  /** Takes back what was said about the key and says {@code verdict} again; null for nothing. */
  public void reinstate(byte[] key, byte @Nullable [] verdict) {
    if (verdict == null) {
      rows.remove(key);
    } else {
      rows.put(key, verdict);
    }
  }

  public static boolean isDeletion(byte[] verdict) {
    return verdict == DELETED;
  }

  /** The verdicts on keys from {@code fromKey} (inclusive) to {@code toKey} (exclusive); a live view. */
  public SortedMap<byte[], byte[]> between(byte[] fromKey, byte[] toKey, Direction direction) {
    if (Arrays.compareUnsigned(fromKey, toKey) >= 0) {
      return Collections.emptySortedMap();
    }
    NavigableMap<byte[], byte[]> part = rows.subMap(fromKey, true, toKey, false);
    return direction == Direction.UP ? part : part.descendingMap();
  }

  /** All verdicts, by key. */
  public SortedMap<byte[], byte[]> all() {
    return rows;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }
}
