package io.balsa.raft.file;

import io.balsa.raft.file.SnapshotLayout.Header;
import io.balsa.raft.file.SnapshotLayout.Trailer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The content of one snapshot file: a byte leaves it only after the whole chunk around it was
 * verified, and the end of the stream only after the trailer was. One thread at a time. Damage is
 * an {@link IOException} with the file and the offset.
 */
final class SnapshotInput extends InputStream {
  private final Path file;
  private final DataInputStream in;
  private final Header header;

  /**
   * The chunk that is being handed out: verified, {@code size} bytes, the next one at {@code
   * position}.
   */
  private final byte[] chunk = new byte[SnapshotLayout.CHUNK_BYTES_MAX];

  private int size;
  private int position;

  /**
   * How many chunks were verified, how many bytes they held, and where the next one begins in the
   * file.
   */
  private long chunks;

  private long bytes;
  private long fileOffset;

  private boolean ended;

  /** Takes over a stream that stands behind the header. */
  SnapshotInput(Path file, DataInputStream in, Header header) {
    this.file = file;
    this.in = in;
    this.header = header;
    this.fileOffset = header.sizeBytes();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (position == size && !nextChunk()) {
      return -1;
    }
    int count = Math.min(length, size - position);
    System.arraycopy(chunk, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return size - position;
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
    } catch (IOException e) {
      throw new IOException(file + " can't be closed: " + e.getMessage(), e);
    }
  }

  private boolean nextChunk() throws IOException {
    if (ended) {
      return false;
    }
    position = 0;
    size = 0; // Nothing is handed out after damage was found.
    try {
      int nextSize = SnapshotLayout.sizeIn(in);
      if (nextSize == 0) {
        checkTrailer();
        ended = true;
        return false;
      }
      readChunk(nextSize);
      return true;
    } catch (IOException e) {
      throw new IOException(file + " " + e.getMessage() + " (at offset " + fileOffset + ")", e);
    }
  }

  private void readChunk(int nextSize) throws IOException {
    if (nextSize < 0 || nextSize > chunk.length) {
      throw SnapshotLayout.damaged("is damaged: a chunk claims " + nextSize + " bytes");
    }
    if (in.readNBytes(chunk, 0, nextSize) < nextSize) {
      throw SnapshotLayout.damaged("ends within a chunk");
    }
    int stored = ByteBuffer.wrap(SnapshotLayout.readExactly(in, 4, "a chunk")).getInt();
    if (stored != SnapshotLayout.chunkCrc(header.crc(), chunks, chunk, nextSize)) {
      throw SnapshotLayout.damaged("is damaged: the checksum of chunk " + chunks + " is wrong");
    }
    size = nextSize;
    chunks++;
    bytes += nextSize;
    fileOffset += nextSize + SnapshotLayout.CHUNK_OVERHEAD_BYTES;
  }

  private void checkTrailer() throws IOException {
    byte[] rest = SnapshotLayout.readExactly(in, SnapshotLayout.TRAILER_BYTES - 4, "its trailer");
    Trailer trailer = SnapshotLayout.decodeTrailer(header.crc(), rest);
    if (trailer.chunks() != chunks || trailer.bytes() != bytes) {
      throw SnapshotLayout.damaged("is damaged: it holds other chunks than its trailer says");
    }
    if (in.read() >= 0) {
      throw SnapshotLayout.damaged("is damaged: bytes follow its trailer");
    }
  }
}
