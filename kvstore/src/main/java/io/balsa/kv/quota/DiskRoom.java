package io.balsa.kv.quota;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room on the disk of a member. A disk that is full stops a member: its log can't be written. So a member keeps a reserve, with
 * which it can still tell the others, delete and compact. Any thread.
 */
public interface DiskRoom {
  /** What may still be written. */
  long usableBytes();

  /** What is kept free. */
  long reserveBytes();

  /** What there is beside the reserve; negative when that is touched. */
  default long roomBytes() {
    return usableBytes() - reserveBytes();
  }

  /**
   * Of the disk that holds the directory, a twentieth of it in reserve, but no more than 64 MiB.
   *
   * @param directory which must be there
   */
  static DiskRoom of(Path directory) {
    try {
      return new OfStore(Files.getFileStore(directory));
    } catch (IOException e) {
      throw new UncheckedIOException("can't find the disk of " + directory, e);
    }
  }

  /** What the operating system says of a file system. */
  final class OfStore implements DiskRoom {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);
    private static final long RESERVE_BYTES_MAX = 64L << 20;

    private final FileStore store;
    private final long reserveBytes;

    /** Some file systems say that they have no size at all. */
    private final boolean isMeasured;

    private volatile long usableBytes;

    private OfStore(FileStore store) throws IOException {
      this.store = store;
      long total = store.getTotalSpace();
      this.isMeasured = total > 0;
      this.reserveBytes = Math.min(RESERVE_BYTES_MAX, total / 20);
      this.usableBytes = store.getUsableSpace();
    }

    /** What was measured last, if it can't be measured now; no limit, if it never can. */
    @Override
    public long usableBytes() {
      if (!isMeasured) {
        return Long.MAX_VALUE;
      }
      try {
        usableBytes = store.getUsableSpace();
      } catch (IOException e) {
        LOG.debug("the room on {} can't be measured", store, e);
      }
      return usableBytes;
    }

    @Override
    public long reserveBytes() {
      return reserveBytes;
    }
  }
}
