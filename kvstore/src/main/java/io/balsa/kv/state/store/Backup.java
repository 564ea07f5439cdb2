package io.balsa.kv.state.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The rows as they were at one moment, as files. They stay the same, and take place on the disk, until it is closed. One
 * thread at a time.
 */
public interface Backup extends AutoCloseable {

  /** The files, by name. */
  List<Part> parts();

  /**
   * Lets go of the files. Closing twice is harmless.
   *
   * @throws io.balsa.raft.model.StorageException if they can't be removed
   */
  @Override
  void close();

  /**
   * One file.
   *
   * @param name letters, digits, dots, dashes and underscores
   * @param bytes how long it is, exactly
   */
  record Part(String name, long bytes, Content content) {}

  /** What is in a file. */
  @FunctionalInterface
  interface Content {
    /** From the first byte on; the caller closes it. */
    InputStream open() throws IOException;
  }
}
