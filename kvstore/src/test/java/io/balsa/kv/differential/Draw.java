package io.balsa.kv.differential;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Random;

/** What random requests are made of. One thread. */
final class Draw {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private static final List<ByteString> KEYS =
      List.of(
          text("a"),
          text("aa"),
          text("ab"),
          text("b"),
          text("b/1"),
          text("b/2"),
          text("c"),
          text("d"),
          text("\u00e4 \n"),
          ZERO,
          text("a").concat(ZERO),
          ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff}));

  private static final List<ByteString> VALUES =
      List.of(ByteString.EMPTY, text("1"), text("2"), text("10"), ZERO, text("a longer one"));

  private final Random random;

  Draw(Random random) {
    this.random = random;
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  long of(long... choices) {
    return choices[random.nextInt(choices.length)];
  }

  int of(int first, int... others) {
    int i = random.nextInt(others.length + 1);
    return i == 0 ? first : others[i - 1];
  }

  /** Now and then none, and now and then one of very many. */
  ByteString key() {
    int kind = random.nextInt(60);
    if (kind == 0) {
      return ByteString.EMPTY;
    }
    return kind < 4 ? oneOfMany(random.nextInt(40)) : KEYS.get(random.nextInt(KEYS.size()));
  }

  static ByteString oneOfMany(int number) {
    return text("many/" + number);
  }

  /** None, open, or any key: also one before the range's first. */
  ByteString rangeEnd() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> ByteString.EMPTY;
      case 3 -> ZERO;
      default -> KEYS.get(random.nextInt(KEYS.size()));
    };
  }

  ByteString value() {
    return VALUES.get(random.nextInt(VALUES.size()));
  }

  /** One of the few ids that clients choose; 0 isn't among them. */
  long lease() {
    return of(1, 2, 3, 4, 5, -6, Long.MAX_VALUE, Long.MIN_VALUE);
  }

  /** A revision to read at or to compare with: none, near the newest, near the compacted one, or odd. */
  long revision() {
    return switch (random.nextInt(12)) {
      case 0 -> Symbols.newest(of(1, 2, 50));
      case 1 -> Symbols.compacted(of(-1, 0, 1));
      case 2 -> of(-1, 1, Long.MIN_VALUE, Long.MAX_VALUE);
      case 3, 4, 5 -> Symbols.newest(-below(20));
      default -> 0;
    };
  }
}
