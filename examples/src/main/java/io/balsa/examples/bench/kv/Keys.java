package io.balsa.examples.bench.kv;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Keys of eight bytes and values that can't be compressed. One thread at a time. */
final class Keys {
  private static final int PREFIX_SHIFT = 48;

  private final SplittableRandom random = new SplittableRandom(7);
  private final int space;
  private final int prefix;

  /**
   * @param prefix keeps the keys of one workload away from another's
   * @param space how many different keys there are
   */
  Keys(int prefix, int space) {
    this.prefix = prefix;
    this.space = space;
  }

  ByteString any() {
    return at(random.nextInt(space));
  }

  /** The key with this number; the one after the last ends the range of all. */
  ByteString at(long number) {
    byte[] key =
        ByteBuffer.allocate(Long.BYTES).putLong(((long) prefix << PREFIX_SHIFT) + number).array();
    return com.google.protobuf.UnsafeByteOperations.unsafeWrap(key);
  }

  int space() {
    return space;
  }

  static ByteString value(int bytes) {
    byte[] noise = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(noise);
    return ByteString.copyFrom(noise);
  }
}
