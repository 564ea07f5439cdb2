package io.balsa.raft.file;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.file.SnapshotLayout.Trailer;
import io.balsa.raft.file.disk.DiskFile;
import io.balsa.raft.file.disk.FileStreams;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.SnapshotMeta;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes one snapshot file from beginning to end. One thread at a time. After an
 * {@link IOException} only {@link #close} may be called.
 */
final class SnapshotOutput implements Closeable {
  private final DiskFile file;
  private final DataOutputStream out;
  private final int headerCrc;
  private final byte[] chunk = new byte[SnapshotLayout.CHUNK_BYTES_MAX];

  /** How many bytes of {@code chunk} wait to be written. */
  private int filled;

  private long chunks;
  private long bytes;

  /**
   * @param file empty; closed with this
   */
  SnapshotOutput(DiskFile file, long storeId, GroupId group, SnapshotMeta meta) throws IOException {
    this.file = file;
    this.out =
        new DataOutputStream(
            new BufferedOutputStream(FileStreams.output(file), 2 * SnapshotLayout.CHUNK_BYTES_MAX));
    byte[] header = SnapshotLayout.encodeHeader(storeId, group, meta);
    this.headerCrc = ByteBuffer.wrap(header).getInt(header.length - 4);
    out.write(header);
  }

  void write(Bytes piece) throws IOException {
    Bytes rest = piece;
    while (!rest.isEmpty()) {
      int taken = Math.min(rest.size(), chunk.length - filled);
      rest.slice(0, taken).copyTo(chunk, filled);
      filled += taken;
      rest = rest.slice(taken);
      if (filled == chunk.length) {
        writeChunk();
      }
    }
  }

  /** Writes what is left and the trailer, and waits until all of it is on disk. */
  void finish() throws IOException {
    if (filled > 0) {
      writeChunk();
    }
    out.write(SnapshotLayout.encodeTrailer(headerCrc, new Trailer(chunks, bytes)));
    out.flush();
    Failpoints.at(RaftFailpoint.SNAPSHOT_FILE_BEFORE_SYNC);
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close(); // Not `out`: what it still buffers is wanted only by finish().
  }

  private void writeChunk() throws IOException {
    out.writeInt(filled);
    out.write(chunk, 0, filled);
    out.writeInt(SnapshotLayout.chunkCrc(headerCrc, chunks, chunk, filled));
    chunks++;
    bytes += filled;
    filled = 0;
  }
}
