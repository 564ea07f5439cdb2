package io.balsa.raft.driver;

import io.balsa.raft.model.Bytes;
import java.io.OutputStream;

/**
 * Cuts what is written to it into chunks of one size, the last one perhaps smaller. It keeps one chunk back until more
 * comes, so that the last one is known as the last and isn't empty unless everything is. One thread at a time.
 */
final class ChunkStream extends OutputStream {
  private final int chunkBytes;
  private final Sink sink;
  private byte[] chunk;
  private int filled;

  /** Takes the chunks in order; may block. */
  @FunctionalInterface
  interface Sink {
    void accept(Bytes chunk, boolean last);
  }

  ChunkStream(int chunkBytes, Sink sink) {
    this.chunkBytes = chunkBytes;
    this.sink = sink;
    this.chunk = new byte[chunkBytes];
  }

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    int from = offset;
    while (from < offset + length) {
      if (filled == chunkBytes) {
        emit(false);
      }
      int count = Math.min(chunkBytes - filled, offset + length - from);
      System.arraycopy(bytes, from, chunk, filled, count);
      filled += count;
      from += count;
    }
  }

  /** Nothing more comes. */
  void finish() {
    emit(true);
  }

  private void emit(boolean last) {
    Bytes full = Bytes.wrap(chunk, 0, filled);
    chunk = new byte[last ? 0 : chunkBytes];
    filled = 0;
    sink.accept(full, last);
  }
}
