package io.balsa.kv.model;

import io.balsa.raft.model.Bytes;
import java.util.Arrays;
import java.util.Objects;

/**
 * Some keys of the store, in etcd's terms: one key, or all from {@code key} (inclusive) to {@code end} (exclusive).
 * Immutable.
 *
 * @param key the first key
 * @param end empty for {@code key} alone; {@link #OPEN_END} for everything from {@code key} on; otherwise the first key
 *     that is left out. An end at or before the key is allowed and holds nothing.
 */
public record KeyRange(Bytes key, Bytes end) {
  /** A single zero byte as the end: there is none. Such a key can't be the end of a range that isn't empty. */
  public static final Bytes OPEN_END = Bytes.wrap(new byte[] {0});

  /** Every key that can be: the empty key isn't one, so the smallest is one zero byte. */
  public static final KeyRange ALL = new KeyRange(OPEN_END, OPEN_END);

  public KeyRange {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(end, "end");
  }

  public static KeyRange single(Bytes key) {
    return new KeyRange(key, Bytes.EMPTY);
  }

  public static KeyRange between(Bytes fromKey, Bytes toKey) {
    return new KeyRange(fromKey, toKey);
  }

  /** The key and everything after it. */
  public static KeyRange fromKey(Bytes key) {
    return new KeyRange(key, OPEN_END);
  }

  /** Every key that starts with the prefix; all keys for an empty one. */
  public static KeyRange prefix(Bytes prefix) {
    return prefix.isEmpty() ? ALL : new KeyRange(prefix, endOfPrefix(prefix));
  }

  /** The first key after all that start with the prefix: its last byte that isn't 0xff, plus one, and nothing behind it. */
  private static Bytes endOfPrefix(Bytes prefix) {
    byte[] end = prefix.toByteArray();
    for (int i = end.length - 1; i >= 0; i--) {
      if (end[i] != (byte) 0xff) {
        end[i]++;
        return Bytes.wrap(Arrays.copyOf(end, i + 1));
      }
    }
    return OPEN_END;
  }

  public boolean isSingle() {
    return end.isEmpty();
  }

  /** Whether it goes on to the last key there is. */
  public boolean isOpen() {
    return end.equals(OPEN_END);
  }

  /** Whether no key can lie in it. */
  public boolean isEmpty() {
    return !isSingle() && !isOpen() && end.compareTo(key) <= 0;
  }

  public boolean contains(Bytes candidate) {
    if (isSingle()) {
      return candidate.equals(key);
    }
    return candidate.compareTo(key) >= 0 && endsAfter(candidate);
  }

  /** Whether some key can lie in both. */
  public boolean overlaps(KeyRange other) {
    return !isEmpty() && !other.isEmpty() && endsAfter(other.key) && other.endsAfter(key);
  }

  /** Whether the candidate lies before this range's end. */
  private boolean endsAfter(Bytes candidate) {
    if (isSingle()) {
      return candidate.compareTo(key) <= 0;
    }
    return isOpen() || candidate.compareTo(end) < 0;
  }

  @Override
  public String toString() {
    if (isSingle()) {
      return key.toString();
    }
    return "[" + key + ", " + (isOpen() ? "∞" : end) + ")";
  }
}
