package io.balsa.raft.file.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Any thread reads; one thread at a time writes. */
public interface DiskFile extends Closeable {

  /**
   * Reads some bytes.
   *
   * @return how many, at least one unless the buffer is full; negative at the end of the file
   */
  int read(ByteBuffer into, long offset) throws IOException;

  /** Writes some bytes. Returns how many: at least one, but maybe fewer than there are. */
  int write(ByteBuffer from, long offset) throws IOException;

  /** Makes what was written durable, and the file's size. If it fails, nobody knows what is, and asking again doesn't help. */
  void force() throws IOException;

  long size() throws IOException;

  /** Fills the buffer, as far as the file goes. */
  default void readFully(ByteBuffer into, long offset) throws IOException {
    long at = offset;
    while (into.hasRemaining()) {
      int count = read(into, at);
      if (count < 0) {
        return;
      }
      at += count;
    }
  }

  default void writeFully(ByteBuffer from, long offset) throws IOException {
    long at = offset;
    while (from.hasRemaining()) {
      at += write(from, at);
    }
  }
}
