package io.balsa.raft.file.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file system. Thread-safe.
 *
 * <p>What is written, created, renamed or deleted survives the process, but a power failure only after it was forced: a file's
 * bytes by {@link DiskFile#force}, its name by {@link #force} of its directory. Until then any part of it may survive, in any
 * order.
 */
public interface Disk {

  /** What is done with a file that is opened. */
  enum Access {
    /** It must be there. */
    READ,
    /** Read and written; it must be there. */
    WRITE,
    /** Read and written; made if it isn't there. */
    CREATE,
    /** Read and written; made, or emptied if it is there. */
    RENEW
  }

  /** The file system of the operating system. */
  static Disk ofSystem() {
    return SystemDisk.INSTANCE;
  }

  DiskFile open(Path file, Access access) throws IOException;

  boolean exists(Path file) throws IOException;

  /** The names of what the directory holds, in order. */
  List<String> list(Path directory) throws IOException;

  /** Makes the directory, and its parents, where they aren't there. Their names are durable on return, whoever made them. */
  void createDirectories(Path directory) throws IOException;

  /** In one step, in place of what has the name. */
  void rename(Path from, Path to) throws IOException;

  void delete(Path file) throws IOException;

  /** Makes names durable: those that were given, and those that were taken away. */
  void force(Path directory) throws IOException;

  /**
   * Makes the file if it isn't there, and locks it until what is returned is closed.
   *
   * @return empty if it is locked already, by this process or another
   */
  Optional<Closeable> lock(Path file) throws IOException;
}
