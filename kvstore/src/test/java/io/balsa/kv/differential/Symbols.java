package io.balsa.kv.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Numbers that stand for others: a revision relative to the newest or to the compacted one, a lease whose id the server chose.
 * So a sequence of operations means the same whatever went before it, and on whichever server. Stateless; any thread.
 */
final class Symbols {
  private static final long NEWEST = 1L << 44;
  private static final long COMPACTED = 1L << 45;
  private static final long CHOSEN_LEASE = 1L << 46;

  /** How far from its base a symbol may lie. */
  private static final long REACH = 1L << 20;

  private static final Pattern LONG_NUMBER = Pattern.compile("\\d{14}");

  private Symbols() {}

  /** The revision that is this far above the newest, or below. */
  static long newest(long distance) {
    return NEWEST + distance;
  }

  /** The revision that is this far above the compacted one, or below. */
  static long compacted(long distance) {
    return COMPACTED + distance;
  }

  /** The lease whose id the server chose as its n-th. */
  static long chosenLease(long n) {
    return CHOSEN_LEASE + n;
  }

  static boolean isChosenLease(long id) {
    return isNear(id, CHOSEN_LEASE);
  }

  private static boolean isNear(long number, long base) {
    return Math.abs(number - base) < REACH;
  }

  /** What to send: every symbol replaced. A lease that was never granted stays what it is. */
  static Message resolve(
      Message message, long newest, long compacted, Map<Long, Long> idsOfChosenLeases) {
    return map(
        message,
        number -> {
          if (isNear(number, NEWEST)) {
            return newest + (number - NEWEST);
          }
          if (isNear(number, COMPACTED)) {
            return compacted + (number - COMPACTED);
          }
          return idsOfChosenLeases.getOrDefault(number, number);
        });
  }

  /** A copy with every signed number of 64 bits replaced, at whatever depth. */
  static Message map(Message message, LongUnaryOperator change) {
    Message.Builder copy = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      copy.setField(field.getKey(), mapped(field.getKey(), field.getValue(), change));
    }
    return copy.build();
  }

  private static Object mapped(FieldDescriptor field, Object value, LongUnaryOperator change) {
    if (value instanceof List<?> values) {
      List<Object> copies = new ArrayList<>();
      values.forEach(one -> copies.add(mapped(field, one, change)));
      return copies;
    }
    if (value instanceof Message nested) {
      return map(nested, change);
    }
    boolean signed =
        field.getJavaType() == JavaType.LONG && field.getType() == FieldDescriptor.Type.INT64;
    return signed ? change.applyAsLong((Long) value) : value;
  }

  /** A text with the symbols in it by name. */
  static String named(String text) {
    return LONG_NUMBER.matcher(text).replaceAll(Symbols::name);
  }

  private static String name(MatchResult number) {
    long value = Long.parseLong(number.group());
    if (isNear(value, NEWEST)) {
      return "newest%+d".formatted(value - NEWEST);
    }
    if (isNear(value, COMPACTED)) {
      return "compacted%+d".formatted(value - COMPACTED);
    }
    return isChosenLease(value) ? "lease#" + (value - CHOSEN_LEASE) : number.group();
  }
}
