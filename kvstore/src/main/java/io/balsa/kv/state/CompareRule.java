package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.Compare.CompareTarget;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader.Direction;
import java.util.Comparator;

/**
 * Whether a compare of a transaction holds: {@code stored <result> given}, for every key of its range. Decides, changes
 * nothing.
 */
final class CompareRule {
  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();

  private CompareRule() {}

  /**
   * @throws io.balsa.kv.model.KvException for a compare without a key
   */
  static boolean holds(Compare compare, MvccReader reader) {
    if (compare.getKey().isEmpty()) {
      throw KvError.EMPTY_KEY.exception();
    }
    boolean none = true;
    boolean valueNeeded = compare.getTarget() == CompareTarget.VALUE;
    try (VersionCursor cursor =
        reader.latest(compare.getKey(), compare.getRangeEnd(), Direction.UP)) {
      while (cursor.next()) {
        none = false;
        if (!holdsFor(compare, valueNeeded ? cursor.read() : cursor.readWithoutValue())) {
          return false;
        }
      }
    }
    return !none || holdsForNothing(compare);
  }

  /** A key that doesn't live compares as zeros; but no value is like, or unlike, a value that isn't there. */
  private static boolean holdsForNothing(Compare compare) {
    return compare.getTarget() != CompareTarget.VALUE
        && holdsFor(compare, KeyValue.getDefaultInstance());
  }

  private static boolean holdsFor(Compare compare, KeyValue stored) {
    int order = order(compare, stored);
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case UNRECOGNIZED -> true;
    };
  }

  /** What was given for another target than the one compared counts as zero: the message's getters say so. */
  private static int order(Compare compare, KeyValue stored) {
    return switch (compare.getTarget()) {
      case VERSION -> Long.compare(stored.getVersion(), compare.getVersion());
      case CREATE -> Long.compare(stored.getCreateRevision(), compare.getCreateRevision());
      case MOD -> Long.compare(stored.getModRevision(), compare.getModRevision());
      case LEASE -> Long.compare(stored.getLease(), compare.getLease());
      case VALUE -> BYTES.compare(stored.getValue(), compare.getValue());
      case UNRECOGNIZED -> 0;
    };
  }
}
