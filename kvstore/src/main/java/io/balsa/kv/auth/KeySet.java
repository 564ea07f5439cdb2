package io.balsa.kv.auth;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys that some permissions open, as ranges that don't touch. Immutable. */
final class KeySet {
  /*
   * A request may be as wide as permissions that overlap or touch are together, also if they come from different roles:
   *
   *   granted    [a, c)  [b, f)      x       [y, ∞)
   *   merged     [a, f)              [x, x]  [y, ∞)
   *   asked      [b, e) yes   [e, g) no   x yes   [x, ∞) no   [z, ∞) yes
   *
   * A single key is the range that ends right behind it. So a permission for one key never opens a range from it on.
   */
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  /** By first key. Invariant: no two of them overlap or touch. */
  private final TreeMap<ByteString, Stretch> stretches = new TreeMap<>(ORDER);

  /**
   * From a key (inclusive) to another (exclusive).
   *
   * @param toKey null if there is no end
   */
  private record Stretch(ByteString fromKey, @Nullable ByteString toKey) {

    /** A range in the API's terms. */
    static Stretch of(ByteString key, ByteString end) {
      if (end.isEmpty()) {
        return new Stretch(key, key.concat(ZERO));
      }
      return new Stretch(key, end.equals(ZERO) ? null : end);
    }

    boolean isEmpty() {
      return toKey != null && ORDER.compare(fromKey, toKey) >= 0;
    }

    /** Whether a key lies before the end, or right at it. */
    boolean reaches(ByteString key) {
      return toKey == null || ORDER.compare(key, toKey) <= 0;
    }

    boolean endsNoEarlierThan(Stretch other) {
      return toKey == null || (other.toKey != null && ORDER.compare(toKey, other.toKey) >= 0);
    }
  }

  /** One range in the API's terms. */
  record Range(ByteString key, ByteString end) {}

  KeySet(List<Range> ranges) {
    List<Stretch> sorted = new ArrayList<>();
    for (Range range : ranges) {
      Stretch stretch = Stretch.of(range.key(), range.end());
      if (!stretch.isEmpty()) {
        sorted.add(stretch);
      }
    }
    sorted.sort(Comparator.comparing(Stretch::fromKey, ORDER));
    sorted.forEach(this::addBehind);
  }

  /** Adds a stretch that doesn't begin before any other. */
  private void addBehind(Stretch next) {
    Map.Entry<ByteString, Stretch> entry = stretches.lastEntry();
    if (entry == null || !entry.getValue().reaches(next.fromKey())) {
      stretches.put(next.fromKey(), next);
    } else if (!entry.getValue().endsNoEarlierThan(next)) {
      stretches.put(entry.getKey(), new Stretch(entry.getKey(), next.toKey()));
    }
  }

  /** Whether every key of a range, given as the API gives it, is open. A range that can hold no key is never. */
  boolean covers(ByteString key, ByteString end) {
    Stretch asked = Stretch.of(key, end);
    Map.Entry<ByteString, Stretch> entry = stretches.floorEntry(key);
    return !asked.isEmpty() && entry != null && entry.getValue().endsNoEarlierThan(asked);
  }
}
