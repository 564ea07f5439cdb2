package io.balsa.kv.state.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows in the order of their keys as unsigned bytes. Arrays that come out are shared: never write to them. */
public interface OrderedReader {

  /** The row's value; null if there is none. */
  byte @Nullable [] get(byte[] key);

  /** The first bytes of the row's value, all of it if it is no longer; null if there is none. */
  default byte @Nullable [] getStart(byte[] key, int bytesMax) {
    byte[] value = get(key);
    return value == null || value.length <= bytesMax ? value : Arrays.copyOf(value, bytesMax);
  }

  /** Walks the rows from {@code fromKey} (inclusive) to {@code toKey} (exclusive), upwards or downwards. */
  StoreCursor cursor(byte[] fromKey, byte[] toKey, Direction direction);

  /** Which way a cursor walks. */
  enum Direction {
    UP,
    DOWN
  }
}
