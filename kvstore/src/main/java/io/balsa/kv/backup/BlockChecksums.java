package io.balsa.kv.backup;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A CRC-32C for each 64 KiB of a stream, so that damage can be told to within a block of where it is. One thread.
 */
final class BlockChecksums {
  static final int BLOCK_BYTES = 64 * 1024;

  private final CRC32C crc = new CRC32C();
  private ByteBuffer sums = ByteBuffer.allocate(1024);
  private int inBlock;

  /** How many bytes the checksums of so much take: 4 for each block, also for one that isn't full. */
  static long bytesFor(long streamBytes) {
    return Integer.BYTES * ((streamBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
  }

  void update(byte[] bytes, int from, int count) {
    int at = from;
    while (at < from + count) {
      int piece = Math.min(BLOCK_BYTES - inBlock, from + count - at);
      crc.update(bytes, at, piece);
      inBlock += piece;
      at += piece;
      if (inBlock == BLOCK_BYTES) {
        endBlock();
      }
    }
  }

  private void endBlock() {
    if (!sums.hasRemaining()) {
      sums = ByteBuffer.allocate(2 * sums.capacity()).put(sums.flip());
    }
    sums.putInt((int) crc.getValue());
    crc.reset();
    inBlock = 0;
  }

  /** The checksums of all that was read so far. Ends the block under way. */
  byte[] finish() {
    if (inBlock > 0) {
      endBlock();
    }
    return Arrays.copyOf(sums.array(), sums.position());
  }

  /** The stream, whose bytes are summed as they are read. */
  InputStream summing(InputStream stream) {
    return new FilterInputStream(stream) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        if (one >= 0) {
          update(new byte[] {(byte) one}, 0, 1);
        }
        return one;
      }

      @Override
      public int read(byte[] into, int from, int count) throws IOException {
        int got = super.read(into, from, count);
        if (got > 0) {
          update(into, from, got);
        }
        return got;
      }

      @Override
      public long skip(long count) throws IOException {
        return Math.max(0, read(new byte[(int) Math.min(count, BLOCK_BYTES)]));
      }

      @Override
      public boolean markSupported() {
        return false;
      }
    };
  }
}
