package io.balsa.kv.backup;

import io.balsa.kv.backup.SnapshotArchive.Item;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** Goes from one header of an archive to the next. One thread. */
final class TarWalk {
  /** Behind the last file. */
  static final Item END = new Item("", 0, 0);

  private final FileChannel channel;
  private final long archiveBytes;
  private long offset;

  /**
   * @param archiveBytes where the archive ends in the file
   */
  TarWalk(FileChannel channel, long archiveBytes) {
    this.channel = channel;
    this.archiveBytes = archiveBytes;
  }

  /** Where the next header is, or the one that is broken. */
  long offset() {
    return offset;
  }

  /**
   * The next file, or {@link #END}.
   *
   * @throws IllegalArgumentException if there is neither a header nor the end; the message says what there is
   */
  Item next() throws IOException {
    if (offset + TarHeader.BLOCK_BYTES > archiveBytes) {
      throw new IllegalArgumentException("the archive has no end");
    }
    byte[] block = SnapshotArchive.read(channel, offset, TarHeader.BLOCK_BYTES);
    if (isBlank(block)) {
      long left = archiveBytes - offset - TarHeader.BLOCK_BYTES;
      if (left != TarHeader.BLOCK_BYTES
          || !isBlank(
              SnapshotArchive.read(
                  channel, offset + TarHeader.BLOCK_BYTES, TarHeader.BLOCK_BYTES))) {
        throw new IllegalArgumentException("the archive's end isn't where its last file ends");
      }
      return END;
    }
    TarHeader.Named header = TarHeader.read(block);
    if (header.bytes() > archiveBytes - offset - TarHeader.BLOCK_BYTES) {
      throw new IllegalArgumentException(
          header.name() + " should have " + header.bytes() + " bytes, more than there are");
    }
    Item item = new Item(header.name(), offset + TarHeader.BLOCK_BYTES, header.bytes());
    offset += TarHeader.withFile(header.bytes());
    return item;
  }

  private static boolean isBlank(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
