package io.balsa.raft.model;

import java.io.DataOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * An immutable sequence of bytes, often a slice of a larger array. Equal by content, ordered as unsigned bytes.
 *
 * <p>{@link #wrap} shares the caller's array: whoever wraps promises never to write to it again. {@link #copyOf} doesn't.
 */
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int size;

  private Bytes(byte[] array, int offset, int size) {
    this.array = array;
    this.offset = offset;
    this.size = size;
  }

  /** Shares the array; it must never be written to again. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /** Shares {@code size} bytes of the array from {@code offset}; they must never be written to again. */
  public static Bytes wrap(byte[] array, int offset, int size) {
    Objects.checkFromIndexSize(offset, size, array.length);
    return size == 0 ? EMPTY : new Bytes(array, offset, size);
  }

  public static Bytes copyOf(byte[] array) {
    return wrap(array.clone());
  }

  /** Copies what remains in the buffer and moves its position to the limit. */
  public static Bytes copyOf(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.get(copy);
    return wrap(copy);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Eight bytes, most significant first. */
  public static Bytes ofLong(long value) {
    return wrap(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public byte byteAt(int index) {
    Objects.checkIndex(index, size);
    return array[offset + index];
  }

  /** Eight bytes from {@code index}, most significant first. */
  public long getLong(int index) {
    Objects.checkFromIndexSize(index, Long.BYTES, size);
    return ByteBuffer.wrap(array, offset + index, Long.BYTES).order(ByteOrder.BIG_ENDIAN).getLong();
  }

  /** The part from {@code fromIndex} (inclusive) to {@code toIndex} (exclusive), shared, not copied. */
  public Bytes slice(int fromIndex, int toIndex) {
    Objects.checkFromToIndex(fromIndex, toIndex, size);
    return wrap(array, offset + fromIndex, toIndex - fromIndex);
  }

  /** Everything from {@code fromIndex} on, shared, not copied. */
  public Bytes slice(int fromIndex) {
    return slice(fromIndex, size);
  }

  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + size);
  }

  /** A read-only view, not a copy. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array, offset, size).slice().asReadOnlyBuffer();
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(array, offset, size);
  }

  public void writeTo(DataOutput out) throws IOException {
    out.write(array, offset, size);
  }

  public void writeTo(ByteBuffer out) {
    out.put(array, offset, size);
  }

  /** Copies all of it into {@code target} from {@code targetOffset}. */
  public void copyTo(byte[] target, int targetOffset) {
    System.arraycopy(array, offset, target, targetOffset, size);
  }

  public boolean startsWith(Bytes prefix) {
    return size >= prefix.size && slice(0, prefix.size).equals(prefix);
  }

  public String toUtf8() {
    return new String(array, offset, size, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, offset, offset + size, other.array, other.offset, other.offset + other.size);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + size, that.array, that.offset, that.offset + that.size);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + size; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /** Quoted text when all of it is printable ASCII, otherwise the size and the first bytes in hexadecimal. */
  @Override
  public String toString() {
    int shown = Math.min(size, 32);
    boolean printable = true;
    for (int i = 0; i < shown; i++) {
      byte b = array[offset + i];
      printable &= b >= ' ' && b < 127;
    }
    String more = shown < size ? "…(" + size + " B)" : "";
    if (printable) {
      return '"' + new String(array, offset, shown, StandardCharsets.US_ASCII) + '"' + more;
    }
    return "0x" + HexFormat.of().formatHex(array, offset, offset + shown) + more;
  }
}
