package io.balsa.kv.backup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The head of a file in a tar archive, as POSIX has it (ustar): one block. Stateless; any thread. */
final class TarHeader {
  static final int BLOCK_BYTES = 512;

  /** What eleven octal digits hold. */
  static final long FILE_BYTES_MAX = (1L << 33) - 1;

  private static final int NAME_BYTES_MAX = 99;
  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_BYTES = 8;

  private TarHeader() {}

  /**
   * @throws IllegalArgumentException for a name or a size that there is no room for
   */
  static byte[] of(String name, long bytes) {
    if (name.length() > NAME_BYTES_MAX || bytes < 0 || bytes > FILE_BYTES_MAX) {
      throw new IllegalArgumentException(name + " of " + bytes + " bytes doesn't fit into a tar");
    }
    byte[] block = new byte[BLOCK_BYTES];
    write(block, 0, name);
    write(block, 100, "0000600\0");
    write(block, 108, "0000000\0");
    write(block, 116, "0000000\0");
    write(block, 124, String.format("%011o\0", bytes));
    write(block, 136, "00000000000\0");
    write(block, CHECKSUM_AT, " ".repeat(CHECKSUM_BYTES));
    write(block, 156, "0");
    write(block, 257, "ustar\00000");
    write(block, CHECKSUM_AT, String.format("%06o\0 ", sum(block)));
    return block;
  }

  /** What a file of this size takes in the archive, header and padding included. */
  static long withFile(long bytes) {
    return BLOCK_BYTES + bytes + padding(bytes);
  }

  /** What a header says. */
  record Named(String name, long bytes) {}

  /**
   * The name and size in a header.
   *
   * @throws IllegalArgumentException if it isn't one that {@link #of} made; the message says what is wrong
   */
  static Named read(byte[] block) {
    String name = text(block, 0, NAME_BYTES_MAX + 1);
    long bytes;
    try {
      bytes = Long.parseLong(text(block, 124, 12), 8);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a file's header is broken", e);
    }
    if (name.isEmpty() || !Arrays.equals(block, of(name, bytes))) {
      throw new IllegalArgumentException("a file's header is broken");
    }
    return new Named(name, bytes);
  }

  private static String text(byte[] block, int at, int bytes) {
    int end = at;
    while (end < at + bytes && block[end] != 0) {
      end++;
    }
    return new String(block, at, end - at, StandardCharsets.US_ASCII);
  }

  /** How many zeros follow a file of this size. */
  static int padding(long bytes) {
    return (int) (-bytes & (BLOCK_BYTES - 1));
  }

  /** The sum is made with spaces in its own place. */
  private static int sum(byte[] block) {
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    return sum;
  }

  private static void write(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }
}
