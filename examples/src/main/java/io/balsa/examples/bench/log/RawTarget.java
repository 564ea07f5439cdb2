package io.balsa.examples.bench.log;

import io.balsa.examples.process.ExampleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The disk's limit: nothing but the payloads, in one write and one {@code force(false)} per batch. No lengths, no checksums, and
 * nobody could read it back.
 */
final class RawTarget implements LogTarget {
  private static final long ALLOCATED_BYTES = 64L << 20;
  private static final int ZEROS_BYTES = 1 << 20;

  private final FileChannel file;
  private final boolean allocated;
  private @Nullable ByteBuffer buffer;

  private RawTarget(FileChannel file, boolean allocated) {
    this.file = file;
    this.allocated = allocated;
  }

  /** A file that grows with every batch: its new size is part of every flush. */
  static RawTarget growing(Path directory) {
    return open(directory, false);
  }

  /** A file of 64 MiB of zeros that is overwritten, again from its beginning when its end is reached. */
  static RawTarget allocated(Path directory) {
    return open(directory, true);
  }

  private static RawTarget open(Path directory, boolean allocated) {
    try {
      FileChannel file =
          FileChannel.open(
              directory.resolve("raw"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (allocated) {
        for (long at = 0; at < ALLOCATED_BYTES; at += ZEROS_BYTES) {
          writeAll(file, ByteBuffer.allocateDirect(ZEROS_BYTES));
        }
        file.force(true);
        file.position(0);
      }
      return new RawTarget(file, allocated);
    } catch (IOException e) {
      throw new ExampleException("can't write in " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void append(Batch batch) {
    ByteBuffer bytes = buffer;
    if (bytes == null || bytes.capacity() != batch.payloadBytes()) {
      bytes = ByteBuffer.allocateDirect(Math.toIntExact(batch.payloadBytes()));
      buffer = bytes;
    }
    bytes.clear();
    for (int i = 0; i < batch.entries(); i++) {
      batch.payload().writeTo(bytes);
    }
    bytes.flip();
    try {
      if (allocated && file.position() + bytes.remaining() > ALLOCATED_BYTES) {
        file.position(0);
      }
      writeAll(file, bytes);
      file.force(false);
    } catch (IOException e) {
      throw new ExampleException("can't write: " + e.getMessage(), e);
    }
  }

  private static void writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (file.write(bytes) < 0) {
        throw new IOException("nothing was written");
      }
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new ExampleException("can't close: " + e.getMessage(), e);
    }
  }
}
